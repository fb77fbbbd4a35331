import { expect, it } from "vitest";
import { isNo, isYes, offersPerson, phrasesIn } from "./phrases.ts";

it("knows its own offer of a person again in every language", () => {
	for (const language of ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ar", "he", "xx"]) {
		expect(offersPerson(phrasesIn(language).unknown), language).toBe(true);
		expect(offersPerson(phrasesIn(language).greeting), language).toBe(false);
	}
});

it("takes a plain yes for yes, and nothing longer", () => {
	for (const text of ["yes", "Yes please!", "ok", "ja bitte", "oui", "sí, por favor"])
		expect(isYes(text), text).toBe(true);
	for (const text of ["yes but when do you open", "no", "please tell me the price", ""])
		expect(isYes(text), text).toBe(false);
	expect(isNo("no thanks")).toBe(true);
	expect(isNo("no idea where my order is")).toBe(false);
});

it("never shouts and never claims to be a person", () => {
	for (const language of ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ar", "he"]) {
		for (const phrase of Object.values(phrasesIn(language))) expect(phrase).not.toMatch(/!/);
	}
});
