import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";

/** A script's functions with their calls, as V8 reports them. */
export type ScriptCoverage = {
	url: string;
	functions: { functionName: string; ranges: { startOffset: number; endOffset: number; count: number }[] }[];
};

/** Source files by path from the project's root, each with the functions that were called. */
export type ExecutedFiles = Map<string, Set<string>>;

/** A built script with its source map. */
type Script = { code: string; lineStarts: number[]; map: SourceMap };

/** Reads a built script and the map beside it. */
export function readScript(file: string): Script {
	const code = readFileSync(file, "utf8");
	const lineStarts = [0];
	for (let index = code.indexOf("\n"); index !== -1; index = code.indexOf("\n", index + 1))
		lineStarts.push(index + 1);
	return { code, lineStarts, map: new SourceMap(JSON.parse(readFileSync(`${file}.map`, "utf8"))) };
}

/**
 * The source files whose functions were called, also those inside a bundle. The top level of a script does not count: it
 * runs once, when the script is loaded.
 * @param find the built script of a URL; null for scripts that are not ours.
 */
export function executedFiles(
	coverage: ScriptCoverage[],
	find: (url: string) => Script | null,
): ExecutedFiles {
	const files: ExecutedFiles = new Map();
	for (const { url, functions } of coverage) {
		const script = find(url);
		if (!script) continue;
		for (const { functionName, ranges } of functions) {
			const [whole] = ranges;
			if (!whole || whole.count === 0 || isTopLevel(script, whole)) continue;
			const source = sourceOf(script, whole.startOffset);
			if (!source || source.file.includes("node_modules/")) continue;
			const called = files.get(source.file) ?? new Set();
			files.set(source.file, called.add(`${functionName || "(anonymous)"}:${source.line}`));
		}
	}
	return files;
}

/** What two or more runs have in common: work that a timer happened to do in one of them is left out. */
export function intersect(runs: ExecutedFiles[]): ExecutedFiles {
	const [first = new Map<string, Set<string>>(), ...others] = runs;
	const common = [...first].filter(([file]) => others.every((run) => run.has(file)));
	return new Map(common);
}

const isTopLevel = ({ code }: Script, range: { startOffset: number; endOffset: number }): boolean =>
	range.startOffset === 0 && range.endOffset >= code.trimEnd().length;

function sourceOf({ code, lineStarts, map }: Script, offset: number): { file: string; line: number } | null {
	const start = offset + (/^\s*/.exec(code.slice(offset, offset + 200))?.[0].length ?? 0);
	let low = 0;
	let high = lineStarts.length - 1;
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if ((lineStarts[middle] ?? 0) <= start) low = middle;
		else high = middle - 1;
	}
	const entry = map.findEntry(low, start - (lineStarts[low] ?? 0));
	if (!("originalSource" in entry)) return null;
	return { file: entry.originalSource.replace(/^(\.\.\/)+/, ""), line: entry.originalLine + 1 };
}
