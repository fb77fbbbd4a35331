import { describe, expect, it } from "vitest";
import { openingSentences, splitSentences } from "./sentences.ts";

describe("a passage cut into sentences", () => {
	it("keeps shortened words and amounts whole", () => {
		const text = "Shipping costs $5.95. It takes approx. 3 days, e.g. to Ohio. Done.";
		expect(splitSentences(text)).toEqual([
			"Shipping costs $5.95.",
			"It takes approx. 3 days, e.g. to Ohio.",
			"Done.",
		]);
		expect(splitSentences(text).join(" ")).toBe(text);
	});

	it("opens with no more than three sentences", () => {
		expect(openingSentences(["One.", "Two.", "Three.", "Four."])).toBe("One. Two. Three.");
		expect(openingSentences(["A".repeat(400), "Two."]).length).toBe(405);
		expect(openingSentences(["A".repeat(430), "Two."])).toBe("A".repeat(430));
	});
});
