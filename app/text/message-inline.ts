import { type InlineAtom, markdownLinkAt, urlAt } from "./message-links.ts";

/** An inline part of a message: text, bold, italic, code or a link. */
export type Inline =
	| { kind: "text"; text: string }
	| { kind: "code"; text: string }
	| { kind: "link"; text: string; href: string }
	| { kind: "bold" | "italic"; parts: Inline[] };

const DELIMITERS = ["**", "__", "*", "_"] as const;
type Delimiter = (typeof DELIMITERS)[number];
/** Maximum nesting depth of Markdown formatting; marks that are nested deeper stay plain text. */
const MAX_NESTING = 3;
const SPACE = /\s/u;
const WORD = /[\p{L}\p{N}]/u;
const ESCAPABLE = /[\\`*_[\](){}#+.!|~>-]/;

/** Finds only URLs in a text, not Markdown. For customers' messages, in which Markdown marks are not formatting. */
export function parseLinks(text: string): Inline[] {
	const starts = /https?:\/\/|mailto:/gi;
	const parts: Inline[] = [];
	let done = 0;
	for (let found = starts.exec(text); found; found = starts.exec(text)) {
		const atom = urlAt(text, found.index);
		if (atom) starts.lastIndex = atom.to;
		if (atom?.kind !== "link") continue;
		pushText(parts, text.slice(done, atom.from));
		parts.push({ kind: "link", text: atom.text, href: atom.href });
		done = atom.to;
	}
	pushText(parts, text.slice(done));
	return parts;
}

/**
 * Parses Markdown's bold, italics, code and links in linear time, with tables that are computed once for the text.
 * @param options.isUnfinished the text still streams: bold that is not closed is bold up to the end of the text.
 */
export function parseInline(text: string, { isUnfinished = false } = {}): Inline[] {
	const atoms = findAtoms(text);
	const closers = new Map(DELIMITERS.map((one) => [one, findNextClosingMarks(one, text, atoms)]));
	return read(0, text.length, 0);

	function read(from: number, to: number, depth: number): Inline[] {
		const parts: Inline[] = [];
		let done = from;
		let at = from;
		while (at < to) {
			const atom = atoms.get(at);
			if (atom && atom.to <= to) {
				pushText(parts, text.slice(done, at));
				if (atom.kind === "text") pushText(parts, atom.text);
				else if (atom.kind === "code") parts.push({ kind: "code", text: atom.text });
				else parts.push({ kind: "link", text: atom.text, href: atom.href });
				at = done = atom.to;
				continue;
			}
			const mark = depth < MAX_NESTING ? openingMarkAt(text, at) : null;
			if (!mark) {
				at++;
				continue;
			}
			const inner = at + mark.length;
			let close = closers.get(mark)?.[inner] ?? -1;
			let after = close + mark.length;
			if (close === -1 && isUnfinished && mark === "**" && depth === 0) close = after = to;
			if (close <= inner || after > to) {
				at += mark.length;
				continue;
			}
			pushText(parts, text.slice(done, at));
			parts.push({ kind: mark.length === 2 ? "bold" : "italic", parts: read(inner, close, depth + 1) });
			at = done = after;
		}
		pushText(parts, text.slice(done, to));
		return parts;
	}
}

/** The code spans, links and escaped characters in a text, by their start position. */
function findAtoms(text: string): Map<number, InlineAtom> {
	const atoms = new Map<number, InlineAtom>();
	/** Lengths of sequences of backticks that have no closing sequence. */
	const alone = new Set<number>();
	const starts = /`+|\\|!?\[|https?:\/\/|mailto:/gi;
	for (let found = starts.exec(text); found; found = starts.exec(text)) {
		const from = found.index;
		const sign = found[0];
		let atom: InlineAtom | null = null;
		if (sign.startsWith("`")) {
			const close = alone.has(sign.length) ? -1 : closingTicks(text, from + sign.length, sign);
			if (close === -1) alone.add(sign.length);
			else {
				const code = text.slice(from + sign.length, close);
				atom = { kind: "code", from, to: close + sign.length, text: code.trim() || code };
			}
		} else if (sign === "\\") {
			const next = text[from + 1] ?? "";
			if (ESCAPABLE.test(next)) atom = { kind: "text", from, to: from + 2, text: next };
		} else if (sign.endsWith("[")) {
			atom = markdownLinkAt(text, from);
		} else {
			atom = urlAt(text, from);
			// A URL in angle brackets, <https://…>, is a link without the brackets.
			if (atom?.kind === "link" && text[from - 1] === "<" && text[atom.to] === ">") {
				atoms.set(from - 1, { ...atom, from: from - 1, to: atom.to + 1 });
			}
		}
		if (!atom) continue;
		atoms.set(from, atom);
		starts.lastIndex = atom.to;
	}
	return atoms;
}

function closingTicks(text: string, from: number, ticks: string): number {
	for (let at = text.indexOf("`", from); at !== -1; at = text.indexOf("`", at)) {
		let end = at;
		while (text[end] === "`") end++;
		if (end - at === ticks.length) return at;
		at = end;
	}
	return -1;
}

/** For each position in the text, the next position at which the Markdown mark can close, or -1. */
function findNextClosingMarks(mark: Delimiter, text: string, atoms: Map<number, InlineAtom>): Int32Array {
	const next = new Int32Array(text.length + 1).fill(-1);
	const inAtom = new Uint8Array(text.length + 1);
	for (const { from, to } of atoms.values()) inAtom.fill(1, from, to);
	for (let at = text.length - 1; at >= 0; at--) {
		next[at] = inAtom[at] !== 1 && isClosingMarkAt(text, at, mark) ? at : (next[at + 1] ?? -1);
	}
	return next;
}

function isClosingMarkAt(text: string, at: number, mark: Delimiter): boolean {
	if (!text.startsWith(mark, at) || at === 0 || SPACE.test(text[at - 1] ?? " ")) return false;
	const after = text[at + mark.length] ?? "";
	const sign = mark[0] ?? "";
	if (mark.length === 1) return after !== sign && text[at - 1] !== sign && !WORD.test(after);
	return mark === "**" || !WORD.test(after);
}

function openingMarkAt(text: string, at: number): Delimiter | null {
	const mark = DELIMITERS.find((one) => text.startsWith(one, at));
	if (!mark || SPACE.test(text[at + mark.length] ?? " ")) return null;
	const before = at === 0 ? "" : (text[at - 1] ?? "");
	if (mark !== "**" && WORD.test(before)) return null;
	return mark;
}

function pushText(parts: Inline[], text: string): void {
	if (text === "") return;
	const last = parts.at(-1);
	if (last?.kind === "text") last.text += text;
	else parts.push({ kind: "text", text });
}
