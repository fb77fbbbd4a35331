import { describe, expect, it } from "vitest";
import { occurrencesOf, parseTextVector, phraseOf, phraseQuery } from "./text-vector.ts";

describe("a tsvector as text", () => {
	const vector = parseTextVector("'back':4C 'd''or':1A 'send':3C,9B");

	it("is read with places and fields", () => {
		expect(vector.get("send")).toEqual([
			{ position: 3, field: "C" },
			{ position: 9, field: "B" },
		]);
		expect(vector.get("d'or")).toEqual([{ position: 1, field: "A" }]);
	});

	it("meets a phrase only where its words follow each other", () => {
		const phrase = phraseOf(parseTextVector("'back':2 'send':1"));
		expect(occurrencesOf(phrase, vector)).toEqual([{ position: 3, field: "C" }]);
		expect(occurrencesOf([...phrase].reverse(), vector)).toEqual([]);
	});

	it("is asked for in Postgres's notation, quotes doubled", () => {
		expect(phraseQuery(phraseOf(parseTextVector("'d''or':1 'send':3")))).toBe("'d''or' <2> 'send'");
	});
});
