/** A tool's arguments as models write them: an object as text, empty, null, quoted once more, twice, or broken. */

/** Text that is longer is not tried again and again while it arrives. */
const LONGEST_TRIED = 20_000;

/** The object that a call's arguments are; empty for none, null when they are no JSON object. */
export function argumentsObject(text: string): Record<string, unknown> | null {
	const trimmed = text.trim();
	if (trimmed === "" || trimmed === "null") return {};
	const value = parse(trimmed);
	const inner = typeof value === "string" ? argumentsObject(value) : value;
	return isObject(inner) ? inner : null;
}

/** Whether nothing can follow: the text is one whole JSON object. */
export function isWholeObject(text: string): boolean {
	const trimmed = text.trim();
	if (!trimmed.startsWith("{") || !trimmed.endsWith("}") || trimmed.length > LONGEST_TRIED) return false;
	return isObject(parse(trimmed));
}

/**
 * The objects that stand one after the other in a text, each as its own text; null when there is anything else
 * between them, or the last is not whole.
 */
export function objectsIn(text: string): string[] | null {
	const found: string[] = [];
	let at = 0;
	for (;;) {
		while (/\s/.test(text[at] ?? "")) at++;
		if (at >= text.length) return found;
		const end = text[at] === "{" ? endOfJson(text, at) : null;
		if (end === null) return null;
		const one = text.slice(at, end);
		if (!isObject(parse(one))) return null;
		found.push(one);
		at = end;
	}
}

/** Where the JSON object or list that begins at `start` ends (exclusive), by its brackets; null while it is open. */
export function endOfJson(text: string, start: number): number | null {
	let depth = 0;
	let quote = "";
	for (let at = start; at < text.length; at++) {
		const sign = text[at] ?? "";
		if (quote !== "") {
			if (sign === "\\") at++;
			else if (sign === quote) quote = "";
		} else if (sign === '"') quote = sign;
		else if (sign === "{" || sign === "[") depth++;
		else if ((sign === "}" || sign === "]") && --depth === 0) return at + 1;
	}
	return null;
}

/**
 * The first JSON object in a reply that should be nothing else: models add words, a fence, or both.
 * @returns the text as it was when there is none.
 */
export function jsonIn(text: string): string {
	for (let at = text.indexOf("{"); at !== -1; at = text.indexOf("{", at + 1)) {
		const end = endOfJson(text, at);
		if (end === null) return text;
		const one = text.slice(at, end);
		if (isObject(parse(one))) return one;
	}
	return text;
}

export function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);
