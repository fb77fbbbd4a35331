import { describe, expect, it } from "vitest";
import { ANALYSED_CHARACTERS, forAnalysis } from "./analysed-part.ts";

const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`).join(" ");

describe("the part of a message that is analysed", () => {
	it.each(["", "Where is my order?", "x".repeat(ANALYSED_CHARACTERS), "\n".repeat(ANALYSED_CHARACTERS)])(
		"is the whole of a text that is short enough (%#)",
		(text) => {
			expect(forAnalysis(text)).toEqual({ question: text });
		},
	);

	it("is the beginning and the end of a longer one, cut between words, and the whole goes beside it", () => {
		const text = `Hello, this is Ada. ${words(2_000)} Where is order W7654321?`;
		const { question, fullQuestion } = forAnalysis(text);
		expect(fullQuestion).toBe(text);
		expect(question.length).toBeLessThanOrEqual(ANALYSED_CHARACTERS);
		expect(question.length).toBeGreaterThan(ANALYSED_CHARACTERS - 30);
		const [beginning = "", end = ""] = question.split("\n…\n");
		expect(beginning).toMatch(/^Hello, this is Ada\. word0 word1 /);
		expect(end).toMatch(/ Where is order W7654321\?$/);
		const known = new Set(text.split(/\s/));
		for (const word of [...beginning.split(" "), ...end.split(" ")]) expect(known).toContain(word);
	});

	it.each([
		["one that is one character longer", `${"a ".repeat(ANALYSED_CHARACTERS / 2)}b`],
		["without a space", "x".repeat(10_000)],
		["with one space near its start", `Hi ${"x".repeat(9_997)}`],
		["with one space near its end", `${"x".repeat(9_997)} ok`],
		["of line breaks alone", "\n".repeat(10_000)],
		["of Chinese, which has no spaces", "我的订单在哪里".repeat(1_500)],
	])("is never longer than the limit, and keeps both ends: %s", (_name, text) => {
		const { question, fullQuestion } = forAnalysis(text);
		expect(fullQuestion).toBe(text);
		expect(question.length).toBeLessThanOrEqual(ANALYSED_CHARACTERS);
		expect(question.startsWith(text.slice(0, 600))).toBe(true);
		expect(question.endsWith(text.slice(-390))).toBe(true);
	});

	it.each([0, 1, 2, 3])("is well-formed wherever a surrogate pair is cut (%i)", (shift) => {
		const { question } = forAnalysis("x".repeat(shift) + "👋🏽".repeat(3_000));
		expect(question.isWellFormed()).toBe(true);
		expect(question.length).toBeLessThanOrEqual(ANALYSED_CHARACTERS);
	});

	it("does not cut a number in two, which could be another order's", () => {
		for (let shift = 0; shift < 20; shift += 1) {
			const text = `${"x".repeat(shift)} ${"W7654321 ".repeat(1_000)}`.trim();
			const numbers = forAnalysis(text).question.match(/W?\d+/g) ?? [];
			expect(new Set(numbers)).toEqual(new Set(["W7654321"]));
		}
	});
});
