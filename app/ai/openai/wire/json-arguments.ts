/**
 * Parses tool arguments as models write them: an object as text, empty, null, quoted once or twice, or invalid JSON.
 */

/** Longest text of arguments that is parsed again with each piece that arrives, in characters. */
const MAX_PARSED_CHARACTERS = 20_000;

/**
 * Parses the arguments of a tool call.
 * @returns an empty object when there are no arguments, null when they are not a JSON object.
 */
export function parseArguments(text: string): Record<string, unknown> | null {
	const trimmed = text.trim();
	if (trimmed === "" || trimmed === "null") return {};
	const value = parseJson(trimmed);
	const inner = typeof value === "string" ? parseArguments(value) : value;
	return isObject(inner) ? inner : null;
}

/** Whether the text is one complete JSON object, so that nothing can follow it. */
export function isCompleteObject(text: string): boolean {
	const trimmed = text.trim();
	if (!trimmed.startsWith("{") || !trimmed.endsWith("}") || trimmed.length > MAX_PARSED_CHARACTERS)
		return false;
	return isObject(parseJson(trimmed));
}

/**
 * Splits a text of several JSON objects into one text for each object.
 * @returns null when other text is between the objects or the last object is incomplete.
 */
export function splitObjects(text: string): string[] | null {
	const found: string[] = [];
	let at = 0;
	for (;;) {
		while (/\s/.test(text[at] ?? "")) at++;
		if (at >= text.length) return found;
		const end = text[at] === "{" ? findJsonEnd(text, at) : null;
		if (end === null) return null;
		const one = text.slice(at, end);
		if (!isObject(parseJson(one))) return null;
		found.push(one);
		at = end;
	}
}

/**
 * Finds the end (exclusive) of the JSON object or list at `start` by its brackets.
 * @returns null while the object or list is incomplete.
 */
export function findJsonEnd(text: string, start: number): number | null {
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
 * Extracts the first JSON object of a model's reply that should be JSON. Models add words or a code fence around the
 * object.
 * @returns the unchanged text when it contains no object.
 */
export function extractJsonObject(text: string): string {
	for (let at = text.indexOf("{"); at !== -1; at = text.indexOf("{", at + 1)) {
		const end = findJsonEnd(text, at);
		if (end === null) return text;
		const one = text.slice(at, end);
		if (isObject(parseJson(one))) return one;
	}
	return text;
}

export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);
