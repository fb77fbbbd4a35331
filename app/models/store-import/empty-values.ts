import { hasVisibleText, trimInvisible } from "#app/text/visible-text.ts";

/**
 * Texts that other programs write into exported files for a missing value. "Null" is not one of them: it is a surname,
 * and may be a product.
 */
const NULL_TEXTS = new Set(["null", "NULL", "undefined"]);

/**
 * A value that was removed from an imported record and must be reported, with its path in the record, such as
 * `items[1]` or `address.zip`.
 */
export type RemovedValue = { path: PropertyKey[]; why: string };

/** Whether a value is null, an empty text, or a text that exported files have for null. */
export function isEmptyValue(value: unknown): boolean {
	if (value === null || value === undefined) return true;
	return typeof value === "string" && (!hasVisibleText(value) || isNullText(value));
}

/**
 * Removes fields, elements and keys without a value from an imported record, at any depth, so that a missing value has
 * one form. Reports texts such as "NULL", and nulls in lists and keys, where data may be lost. A null or empty field is
 * not reported.
 */
export function removeEmptyValues(
	value: unknown,
	report: (leftOut: RemovedValue) => void,
	path: PropertyKey[] = [],
): unknown {
	if (Array.isArray(value)) {
		return value.flatMap((element, index) => {
			if (!isEmptyValue(element)) return [removeEmptyValues(element, report, [...path, index])];
			report({ path: [...path, index], why: `${describeValue(element)} in a list was left out` });
			return [];
		});
	}
	if (typeof value !== "object" || value === null) return value;
	const kept: [string, unknown][] = [];
	for (const [key, field] of Object.entries(value)) {
		if (isEmptyValue(key))
			report({ path: [...path, key], why: `${describeValue(key)} as a name was left out` });
		else if (!isEmptyValue(field)) kept.push([key, removeEmptyValues(field, report, [...path, key])]);
		else if (typeof field === "string" && isNullText(field)) {
			report({ path: [...path, key], why: `${describeValue(field)} was read as "not given"` });
		}
	}
	return Object.fromEntries(kept);
}

const isNullText = (text: string) => NULL_TEXTS.has(trimInvisible(text));
const describeValue = (value: unknown) => (typeof value === "string" ? JSON.stringify(value) : "null");
