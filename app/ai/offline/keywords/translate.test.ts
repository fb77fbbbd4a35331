import { expect, it } from "vitest";
import { hasKeywords } from "./lexicon.ts";
import { translateKeywords } from "./translate.ts";

it.each([
	["de", "Wie kann ich die Lampe zurückschicken?", "lamp return", "return"],
	["de", "wie kann ich die lampe zurueckschicken", "lamp return", "return"],
	["de-AT", "Geschenkgutschein einlösen", "gift card use", "gift card"],
	["nl", "Wat zijn de verzendkosten naar België?", "delivery cost abroad", "delivery cost abroad"],
	["fr", "J’ai oublié mon mot de passe", "forgotten password", "forgotten password"],
	["es", "¿Dónde está mi pedido W2611340?", "tracking W2611340", "tracking"],
	["pl", "Zapomniałem hasła", "forgotten password", "forgotten password"],
	["tr", "Şifremi unuttum", "password forgotten", "password forgotten"],
	["ru", "Можно оплатить через PayPal?", "pay paypal", "pay paypal"],
	["ar", "هل يمكن الدفع بالتقسيط؟", "pay payment instalments", "pay payment instalments"],
	["ja", "ソファの保証期間は?", "sofa warranty how long", "warranty"],
	["zh", "沙发保修多久?", "sofa warranty how long", "warranty"],
	["zh-TW", "沙發保固多久?", "sofa warranty how long", "warranty"],
	["de", "Liefern Sie nach Norwegen?", "delivery international Norway", "delivery international"],
])("translates a question in %s: %j", (language, question, query, subject) => {
	expect(translateKeywords(question, language)).toEqual({ query, subject, knownShare: 1 });
});

it.each([
	["de", "Erzähl mir einen Witz"],
	["ja", "明日の天気は?"],
	["sv", "Hur lång är leveranstiden?"],
])("translates nothing it does not know: %s, %j", (language, question) => {
	expect(translateKeywords(question, language)).toBeNull();
});

it.each([
	["de", "Was ist die Hauptstadt von Australien?", "a country"],
	["ja", "ソファはいくらですか", "goods and a price"],
	["fr", "Combien de personnes ?", "a quantity"],
])("finds no subject in %s: %j (%s)", (language, question) => {
	expect(translateKeywords(question, language)?.subject ?? null).toBeNull();
});

it("knows a question in part when a word, a name or the first part of a compound is unknown", () => {
	const shareOf = (question: string) => translateKeywords(question, "de")?.knownShare;
	expect(shareOf("Wie wasche ich Pullover?")).toBe(0.5);
	expect(shareOf("Wie setze ich das Passwort von Facebook zurück?")).toBeLessThan(0.62);
	expect(shareOf("Wie wasche ich Daunenjacken?")).toBeLessThan(0.62);
});

it.each([
	["de", "Versandkosten "],
	["ja", "送料"],
	["ar", "وبالتوصيل "],
	["de", "versandkosten"],
])("reads only the beginning of a long message: %s, %j", (language, text) => {
	const long = text.repeat(2_000);
	const later = translateKeywords(`${long} Garantie 保証 الضمان`, language);
	expect(later).not.toBeNull();
	expect(later).toEqual(translateKeywords(long, language));
});

it("has word lists for the languages of the assistant that are not English, except Hebrew", () => {
	for (const language of "de es fr it pt nl pl tr ru ar ja zh zh-Hant pt-BR".split(" "))
		expect(hasKeywords(language), language).toBe(true);
	for (const language of ["en", "he", "sv"]) expect(hasKeywords(language), language).toBe(false);
});
