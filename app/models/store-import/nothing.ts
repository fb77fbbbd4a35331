import { hasVisibleText, trimInvisible } from "#app/text/visible-text.ts";

/** What exports write where a field has no value. "Null" is left alone: it is a surname, and may be a product. */
const WORDS_FOR_NOTHING = new Set(["null", "NULL", "undefined"]);

/** What was left out of a record that should be reported, by the place in it: `items[1]`, `address.zip`. */
export type LeftOut = { path: PropertyKey[]; why: string };

/** Whether a value says only that there is none: null, an empty text, or a word that exports write for null. */
export function isNothing(value: unknown): boolean {
	if (value === null || value === undefined) return true;
	return typeof value === "string" && (!hasVisibleText(value) || isWordForNothing(value));
}

/**
 * A record without its fields, elements and keys that have no value, at any depth, so that "not given" has one
 * form for whoever reads the record. Reports words taken for null, and nulls among elements and keys, where
 * something may have been meant; a field that is plainly null or empty is not worth a line.
 */
export function withoutNothing(
	value: unknown,
	report: (leftOut: LeftOut) => void,
	path: PropertyKey[] = [],
): unknown {
	if (Array.isArray(value)) {
		return value.flatMap((element, index) => {
			if (!isNothing(element)) return [withoutNothing(element, report, [...path, index])];
			report({ path: [...path, index], why: `${inWords(element)} in a list was left out` });
			return [];
		});
	}
	if (typeof value !== "object" || value === null) return value;
	const kept: [string, unknown][] = [];
	for (const [key, field] of Object.entries(value)) {
		if (isNothing(key)) report({ path: [...path, key], why: `${inWords(key)} as a name was left out` });
		else if (!isNothing(field)) kept.push([key, withoutNothing(field, report, [...path, key])]);
		else if (typeof field === "string" && isWordForNothing(field)) {
			report({ path: [...path, key], why: `${inWords(field)} was read as "not given"` });
		}
	}
	return Object.fromEntries(kept);
}

const isWordForNothing = (text: string) => WORDS_FOR_NOTHING.has(trimInvisible(text));
const inWords = (value: unknown) => (typeof value === "string" ? JSON.stringify(value) : "null");
