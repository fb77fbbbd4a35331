import { describe, expect, it } from "vitest";
import { chooseUnits, type ReadPassage } from "./choose-units.ts";
import { renderRuns } from "./render.ts";
import { splitIntoUnits } from "./units.ts";

/** Lower-case words stand for stems. */
const stemsOf = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

function quote(
	question: string,
	sections: { heading?: string; body: string; foundShare?: number }[],
	maxCharacters = 540,
): string {
	const passages = sections.map(
		({ heading = "", body, foundShare = 0 }): ReadPassage => ({
			heading,
			headingStems: stemsOf(heading),
			foundShare,
			units: splitIntoUnits(body).map((unit) => ({ ...unit, stems: stemsOf(unit.text) })),
		}),
	);
	const words = [...stemsOf(question)];
	const weights = new Map(words.map((word) => [word, 1 / words.length]));
	return renderRuns(chooseUnits(question, weights, passages, maxCharacters), passages, "The article");
}

const filler = "Nothing in here has anything to say about that at all, and it goes on for a while. "
	.repeat(5)
	.trim();

describe("an excerpt", () => {
	it("is a short passage as a whole", () => {
		expect(quote("zebra price", [{ body: "We like zebras. A zebra costs $4. Ask us." }])).toBe(
			"We like zebras. A zebra costs $4. Ask us.",
		);
	});

	it("prefers sentences with the question's words and with specifics over slogans", () => {
		const text = quote(
			"how much is a zebra",
			[{ body: `A zebra is pure joy and happiness. ${filler} A zebra costs $4 a day. ${filler}` }],
			40,
		);
		expect(text).toContain("$4 a day");
		expect(text).not.toContain("joy");
	});

	it("quotes a short list whole, after the sentence that introduces it", () => {
		const text = quote(
			"beta card",
			[{ body: `${filler}\n\nWe take these cards:\n- alpha\n- beta\n- gamma\n\n${filler}` }],
			60,
		);
		expect(text).toBe("We take these cards:\n- alpha\n- beta\n- gamma");
	});

	it("quotes the items of a long list that were asked for, after its introduction and their parent", () => {
		const items = Array.from(
			{ length: 40 },
			(_, i) => `- item number ${i}\n  - colour ${"abcdefghij"[i % 10]}${i}`,
		);
		const text = quote("colour c22", [{ body: `We have these items:\n${items.join("\n")}` }], 120);
		expect(text).toMatch(/^We have these items:\n/);
		expect(text).toContain("- item number 22\n  - colour c22");
		expect(text.length).toBeLessThan(200);
	});

	it("never ends with the introduction of a list, or with the author's own question", () => {
		const list = Array.from({ length: 20 }, (_, i) => `- a long line of the list, number ${i}`).join("\n");
		expect(quote("zebra rules", [{ body: `${filler} The zebra rules are:\n${list}` }], 200)).not.toMatch(
			/:$/,
		);
		const asked = quote(
			"zebra",
			[{ body: `Zebra first. ${filler} Hungry zebra? Feed it hay. ${filler}` }],
			60,
		);
		expect(asked).not.toMatch(/\?$/);
	});

	it("starts at a sentence that is understandable alone", () => {
		const text = quote(
			"how long does it last",
			[{ body: `${filler} The zebra guarantee is free. It lasts 5 years. ${filler}` }],
			80,
		);
		expect(text).toBe("The zebra guarantee is free. It lasts 5 years.");
	});

	it("adds the heading of a section where the sentence could be false without it", () => {
		const sections = [
			{ body: filler },
			{ heading: "For members", body: "You have 60 days to return a zebra." },
		];
		expect(quote("zebra return days", sections, 80)).toBe(
			"**For members**\nYou have 60 days to return a zebra.",
		);
	});

	it("introduces a list without an introduction with the heading, or with the article's title", () => {
		const body = "- zebras\n- lions";
		expect(quote("zebras", [{ heading: "Zebras", body }])).toBe(`**Zebras**\n${body}`);
		expect(quote("zebras", [{ body }])).toBe(`**The article**\n${body}`);
	});

	it("marks what is left out within a paragraph", () => {
		const text = quote("zebra", [{ body: `Zebra one is 1 m. ${filler} Zebra two is 2 m. ${filler}` }], 60);
		expect(text).toBe("Zebra one is 1 m. … Zebra two is 2 m.");
	});

	it("quotes two sections of the article when both have words of the question, the better one first", () => {
		const text = quote("zebra delivery cost and zebra return cost", [
			{ body: filler },
			{ heading: "Return", body: "A zebra return has a cost of $9." },
			{ heading: "Delivery", body: "The delivery cost of a zebra is $5." },
		]);
		expect(text).toContain("$9");
		expect(text).toContain("$5");
	});

	it("begins with the passage that the search found when no word of the question is in the article", () => {
		const text = quote("返品", [{ body: filler }, { body: "三十日以内に返送してください。", foundShare: 1 }]);
		expect(text).toMatch(/^三十日以内/);
	});

	it("is as long as the limit allows, in a very long article, without taking long", () => {
		const sections = Array.from({ length: 90 }, (_, i) => ({ body: `Zebra ${i} is here. ${filler}` }));
		expect(quote("zebra 45", sections).length).toBeLessThan(700);
	});
});
