import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod/v4";
import { personAskedIn, wantsPerson } from "./wants-person.ts";

describe("a request for a person", () => {
	it.each([
		"I want to talk to a human",
		"can I please just speak to someone?",
		"HUMAN PLEASE",
		"this isn't helping, agent",
		"get me your supervisor",
		"connect me with a representative",
		"I don't want to talk to a bot",
		"can someone call me back",
		"let me speak with one of your colleagues",
		"Ich möchte mit einem Menschen sprechen",
		"Kann ich mit einem Mitarbeiter reden?",
		"je veux parler à un humain",
		"Puis-je parler à un conseiller ?",
		"quiero hablar con una persona",
		"voglio parlare con un operatore",
		"quero falar com um atendente",
		"ik wil met een medewerker spreken",
	])("is heard in %j", (text) => {
		expect(wantsPerson(text)).toBe(true);
	});

	it.each([
		["de", "Kann ich mit einem Mitarbeiter reden?"],
		["fr", "Puis-je parler à un conseiller ?"],
		["es", "quiero hablar con una persona"],
		["it", "voglio parlare con un operatore"],
		["pt", "quero falar com um atendente"],
		["nl", "ik wil met een medewerker spreken"],
		["pl", "Chcę porozmawiać z człowiekiem"],
		["pl", "proszę mnie połączyć z konsultantem"],
		["pl", "konsultant"],
		["tr", "Gerçek bir insanla konuşmak istiyorum"],
		["tr", "Müşteri temsilcisine bağlanmak istiyorum"],
		["tr", "temsilci lütfen"],
		["ar", "أريد التحدث مع موظف"],
		["ar", "هل يمكنني التحدث إلى شخص حقيقي؟"],
		["ar", "حولني الى موظف خدمة العملاء"],
		["he", "אני רוצה לדבר עם נציג"],
		["he", "אפשר לדבר עם בן אדם?"],
		["he", "נציג אנושי בבקשה"],
		["en", "I want to talk to a human"],
	])("tells its language: %s, %j", (language, text) => {
		expect(personAskedIn(text)).toBe(language);
	});

	it.each([
		"are you a human?",
		"Gdzie jest moje zamówienie?",
		"Siparişim nerede?",
		"أين طلبي؟",
		"מתי תגיע ההזמנה שלי?",
		"הכיסא מתאים לאדם גבוה?",
		"هل هذا الكرسي مناسب لشخص طويل؟",
		"what are your opening hours",
		"can someone tell me how returns work",
		"I want to buy a present for someone",
		"does the table seat six people",
		"how do I contact you",
		"I don't need a human, just tell me the price",
		"I spoke to an agent yesterday and my order still isn't here",
		"is this chair good for tall people",
		"Wann kommt meine Bestellung?",
		"où est ma commande",
		"",
	])("is not read into %j", (text) => {
		expect(wantsPerson(text)).toBe(false);
	});
});

describe("the sentences kept for judging", () => {
	const byLanguage = z.record(z.string(), z.array(z.string()));
	const sentences = z
		.object({
			asking: z.array(z.string()),
			not: z.array(z.string()),
			asking_abroad: byLanguage,
			not_abroad: byLanguage,
		})
		.parse(parse(readFileSync("tests/judging/person.yaml", "utf8")));

	it("are heard in at least 95 of 100 cases, with at most 2 of 100 false alarms", () => {
		const missed = sentences.asking.filter((text) => !wantsPerson(text));
		const alarms = sentences.not.filter((text) => wantsPerson(text));
		expect(missed.length / sentences.asking.length, missed.join("; ")).toBeLessThanOrEqual(0.05);
		expect(alarms.length / sentences.not.length, alarms.join("; ")).toBeLessThanOrEqual(0.02);
	});

	it.each(Object.keys(sentences.asking_abroad))("are told apart in %s", (language) => {
		const missed = sentences.asking_abroad[language]?.filter((text) => personAskedIn(text) !== language);
		expect(missed).toEqual([]);
		expect(sentences.not_abroad[language]?.filter((text) => wantsPerson(text))).toEqual([]);
	});
});
