import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AST, RegExpParser, visitRegExpAST } from "@eslint-community/regexpp";
import ts from "typescript";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
/** Lengths of the texts, in UTF-16 units, with which a regular expression is timed. */
const SHORT_TEXT_LENGTH = 1_500;
const LONG_TEXT_LENGTH = 24_000;
/**
 * Largest allowed growth of the time from short to long texts. Linear time grows 16 times and quadratic time 256 times.
 * The limit is far from both, because single times of a busy machine are wrong by a factor of two or three.
 */
const MAX_GROWTH = 64;
/** Smallest time in ms that is compared. A quadratic expression needs about 300 ms for a long text. */
const NOISE_MS = 10;
/**
 * Milliseconds from which an expression with a short text fails the test. No linear or quadratic expression needs so long.
 */
const TIMEOUT_MS = 80;
/** A time in ms that is too short for a decision, so that it need not be measured again. */
const SHORTEST_MS = 0.1;
/** Numbers of timed runs with a short and with a long text. The minimum of their times excludes most of the noise. */
const SHORT_TEXT_RUNS = 12;
const LONG_TEXT_RUNS = 3;
/** Text lengths in small steps, so that an expression with exponential time is detected before it takes minutes. */
const INCREASING_LENGTHS = Array.from({ length: 9 }, (_, step) => 20 + 3 * step);
/** Maximum number of texts made from one part of a regular expression. */
const MAX_SAMPLES = 24;
/** One character of each kind that a regular expression can match. */
const CHARACTERS = [..."aA0 \n-.!,/'@#:_\"[(<é你ع", "\0"];

type Found = { where: string; source: string; flags: string };

const files = execFileSync("git", ["ls-files", "app/*.ts", "app/*.tsx", "db/*.ts", "commands/*.ts"], {
	cwd: ROOT,
	encoding: "utf8",
})
	.trim()
	.split("\n")
	.filter((file) => !/\.test\.tsx?$/.test(file));

/** Finds the regular expressions that are written as literals in the code. */
function literals(file: string): Found[] {
	const text = readFileSync(join(ROOT, file), "utf8");
	const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
	const found: Found[] = [];
	const visit = (node: ts.Node) => {
		if (ts.isRegularExpressionLiteral(node)) {
			const end = node.text.lastIndexOf("/");
			const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
			const where = `${file}:${line + 1}`;
			found.push({ where, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
		}
		ts.forEachChild(node, visit);
	};
	visit(tree);
	return found;
}

/** Finds the regular expressions that modules build with `new RegExp` while they load. */
async function findConstructedExpressions(): Promise<Found[]> {
	// Modules that create a pool of connections need a database URL when they load. This URL is never connected to.
	process.env.DATABASE_URL = "postgres://localhost:1/none";
	process.env.APP_SECRET = "a secret of sixteen characters or more";
	const found: Found[] = [];
	const Original = globalThis.RegExp;
	let where = "";
	globalThis.RegExp = new Proxy(Original, {
		construct(target, [source, flags]) {
			const made = new target(source, flags);
			// Libraries also create expressions while our modules load. The call stack shows whether our code created the
			// expression.
			const caller = new Error().stack?.split("\n")[2] ?? "";
			if (!caller.includes(ROOT) || caller.includes("node_modules")) return made;
			// The copy of the Postgres driver matches only our own SQL statements, never a stranger's text.
			if (caller.includes(join(ROOT, "db/driver/postgres"))) return made;
			found.push({ where, source: made.source, flags: made.flags });
			return made;
		},
	});
	try {
		for (where of files) {
			if (readFileSync(join(ROOT, where), "utf8").includes("new RegExp(")) await import(join(ROOT, where));
		}
	} finally {
		globalThis.RegExp = Original;
	}
	return found;
}

/** Makes texts that a part of a regular expression matches. Each alternative of the part is in one of the texts. */
function samples(node: AST.Element | AST.Alternative, flags: string): string[] {
	switch (node.type) {
		case "Alternative":
			return joinPartSamples(node.elements, flags);
		case "Group":
		case "CapturingGroup":
			return node.alternatives.flatMap((part) => samples(part, flags)).slice(0, MAX_SAMPLES);
		case "Quantifier":
			return node.max === 0
				? [""]
				: samples(node.element, flags).map((text) => text.repeat(Math.max(1, node.min)));
		case "Character":
			return [String.fromCodePoint(node.value)];
		case "CharacterSet":
		case "CharacterClass":
		case "ExpressionCharacterClass": {
			const one = new RegExp(`^${node.raw}$`, flags.replace(/[gy]/g, ""));
			return CHARACTERS.filter((character) => one.test(character)).slice(0, 3);
		}
		default:
			return [""];
	}
}

/**
 * Makes texts that match the parts of a regular expression in sequence: one for each sample of each part, with the
 * first samples of the other parts.
 */
function joinPartSamples(parts: AST.Element[], flags: string): string[] {
	const each = parts.map((part) => samples(part, flags)).map((texts) => (texts.length > 0 ? texts : [""]));
	const most = Math.max(1, ...each.map((texts) => texts.length));
	return Array.from({ length: Math.min(most, MAX_SAMPLES) }, (_, i) =>
		each.map((texts) => texts[i % texts.length] ?? "").join(""),
	);
}

/** Makes texts that match what is before a part, from the beginning of the regular expression. */
function makeTextsBeforePart(node: AST.Node, flags: string): string[] {
	const parent = node.parent;
	if (!parent) return [""];
	const outer = makeTextsBeforePart(parent, flags);
	if (parent.type !== "Alternative") return outer;
	const own = joinPartSamples(parent.elements.slice(0, parent.elements.indexOf(node as AST.Element)), flags);
	return own.flatMap((text) => outer.slice(0, 4).map((start) => start + text)).slice(0, MAX_SAMPLES);
}

/**
 * Makes texts in which each unbounded repetition of an expression starts at as many positions as possible and then
 * fails.
 */
function makeSlowTexts({ source, flags }: Found): { start: string; repeated: string }[] {
	const tree = new RegExpParser({ ecmaVersion: 2024 }).parsePattern(source, 0, source.length, {
		unicode: flags.includes("u"),
		unicodeSets: flags.includes("v"),
	});
	const made = new Map<string, { start: string; repeated: string }>();
	const add = (start: string, repeated: string) => {
		if (repeated) made.set(`${start}\n${repeated}`, { start, repeated });
	};
	visitRegExpAST(tree, {
		onQuantifierEnter(node) {
			if (node.max !== Number.POSITIVE_INFINITY) return;
			const bodies = samples(node.element, flags);
			for (const start of makeTextsBeforePart(node, flags)) {
				add("", `${start} `);
				add("", `${start}${bodies[0] ?? ""}`);
			}
			const [start = ""] = makeTextsBeforePart(node, flags);
			for (const body of bodies) add(start, body);
			for (const body of bodies) {
				add("", body);
				// The added text prevents an alternative that matches the beginning of the text from matching all of it.
				add("\0", body);
			}
		},
	});
	return [...made.values()];
}

/** The minimum of the times of some runs, in ms of processor time, which excludes the time of other processes. */
function timeOf(expression: RegExp, text: string, runs: number): number {
	let best = Number.POSITIVE_INFINITY;
	for (let run = 0; run < runs && !(run > 0 && best < SHORTEST_MS); run++) {
		const start = process.cpuUsage();
		for (const _ of text.matchAll(expression));
		const { user, system } = process.cpuUsage(start);
		best = Math.min(best, (user + system) / 1_000);
	}
	return best;
}

/** Describes how slowly a regular expression fails to match; null when its time grows no faster than the text. */
function describeSlowMatching(found: Found): string | null {
	const flags = `${found.flags.replace(/[gy]/g, "")}g`;
	// A sticky expression (flag y) matches at one position only.
	const source = found.flags.includes("y") ? `^(?:${found.source})` : found.source;
	const expression = new RegExp(source, flags);
	for (const { start, repeated } of makeSlowTexts(found)) {
		// No expression contains NUL, so a text that ends with NUL cannot match what must follow the repetition.
		const text = (length: number) => `${start}${repeated.repeat(Math.ceil(length / repeated.length))}\0`;
		// Short texts are timed first, because an expression with exponential or cubic time would take minutes for the long
		// text.
		for (const length of [...INCREASING_LENGTHS, 300, 600, SHORT_TEXT_LENGTH]) {
			if (timeOf(expression, text(length), 1) < TIMEOUT_MS) continue;
			return `${found.where} /${found.source}/: far too long for ${length} characters of ${JSON.stringify(repeated)}`;
		}
		if (timeOf(expression, text(LONG_TEXT_LENGTH), 1) < NOISE_MS) continue;
		const growth =
			timeOf(expression, text(LONG_TEXT_LENGTH), LONG_TEXT_RUNS) /
			timeOf(expression, text(SHORT_TEXT_LENGTH), SHORT_TEXT_RUNS);
		if (growth < MAX_GROWTH) continue;
		const what = JSON.stringify([start, repeated]).slice(0, 120);
		return `${found.where} /${found.source}/${found.flags}: ${growth.toFixed(1)} times the time for ${LONG_TEXT_LENGTH / SHORT_TEXT_LENGTH} times ${what}`;
	}
	return null;
}

it("recognises an expression whose time grows faster than its text", () => {
	for (const source of [
		"\\s+$",
		"\\ba\\b.*\\bb",
		"^-+|-+$",
		"^\\W*(?:hi)?\\W*how",
		"\\d+\\s?kg",
		"^(?:a|aa)+$",
	]) {
		expect(describeSlowMatching({ where: "here", source, flags: "i" }), source).toContain(source);
	}
	for (const source of ["(?<!\\s)\\s+$", "\\ba\\b.{0,80}\\bb", "^a+$", "(?<!\\d)\\d+\\s?kg"]) {
		expect(describeSlowMatching({ where: "here", source, flags: "i" }), source).toBeNull();
	}
}, 180_000);

it("no regular expression of the app takes more than linear time, whatever a stranger writes", async () => {
	const all = [...files.flatMap(literals), ...(await findConstructedExpressions())];
	expect(all.length).toBeGreaterThan(400);
	expect(all.map(describeSlowMatching).filter((found) => found !== null)).toEqual([]);
}, 300_000);
