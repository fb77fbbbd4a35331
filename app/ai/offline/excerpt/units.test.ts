import { describe, expect, it } from "vitest";
import { MAX_EXCERPT_CHARACTERS, splitIntoUnits } from "./units.ts";

const texts = (body: string) => splitIntoUnits(body).map(({ text }) => text);
const rejoin = (body: string) =>
	splitIntoUnits(body)
		.map(({ before, text }) => before + text)
		.join("");

describe("a passage split into units", () => {
	it("is the same text when joined again", () => {
		const body =
			"First one. Second one!\n\nWe take:\n- coins\n  - old ones\n- shells, e.g. Cowries\n\n1. Open it.\n2. Look.";
		expect(rejoin(body)).toBe(body);
		expect(texts(body)).toHaveLength(8);
		expect(splitIntoUnits(body).map(({ isItem }) => isItem)).toEqual([
			...[false, false, false],
			...[true, true, true, true, true],
		]);
	});

	it.each([
		["We open at 9 a.m. Eastern on weekdays. Call us.", 2],
		["Bring a document, e.g. Passport or licence. Thank you.", 2],
		["Das dauert ca. Zwei Wochen, z.B. Möbel. Danke.", 2],
		["It is no. 12 of St. Peter's Street. Ring twice.", 2],
		["It costs $4.50. Free over $20.", 2],
		["送料は五百円です。返品は三十日以内です。", 2],
		["تكلفة الشحن خمسة دولارات. هل تريد الإرجاع؟ نعم.", 3],
		["no punctuation at all here", 1],
		["", 0],
		["   \n\n ", 0],
	])("keeps abbreviations and numbers together, in any script: %s", (body, count) => {
		expect(texts(body)).toHaveLength(count);
	});

	it.each([
		["without punctuation", "words go on and on ".repeat(200).trim()],
		["without spaces", "字".repeat(3_000)],
		["a list item", `- ${"very long ".repeat(200).trim()}`],
	])("cuts a long text: %s", (_, body) => {
		expect(Math.max(...texts(body).map(({ length }) => length))).toBeLessThanOrEqual(MAX_EXCERPT_CHARACTERS);
		expect(rejoin(body)).toBe(body);
	});
});
