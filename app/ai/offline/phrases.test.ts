import { expect, it } from "vitest";
import { guessLanguage } from "./language.ts";
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

it.each([
	["Where is my order?", "en"],
	["Wo ist meine Bestellung?", "de"],
	["Où est ma commande s'il vous plaît, je ne la trouve pas", "fr"],
	["¿Dónde está mi pedido?", "es"],
	["Vorrei sapere dove è il mio ordine", "it"],
	["Onde está o meu pedido?", "pt"],
	["Waar is mijn bestelling?", "nl"],
	["Gdzie jest moje zamówienie?", "pl"],
	["Siparişim nerede, lütfen söyler misiniz bir an önce?", "tr"],
	["أين طلبي؟", "ar"],
	["איפה ההזמנה שלי W2611340?", "he"],
	["will the dye die in water?", "en"],
	["W2611340", "sv"],
])("guesses the language of %j", (text, language) => {
	expect(guessLanguage(text, "sv")).toBe(language);
});
