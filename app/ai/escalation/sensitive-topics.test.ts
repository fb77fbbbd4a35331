import { expect, it } from "vitest";
import { findOwnerTopic, mentionsInjuryOrDanger, mentionsLegalAction } from "./sensitive-topics.ts";

it.each([
	"You will hear from my lawyer",
	"I'll take you to court over this",
	"I am going to sue you",
	"Ich schalte meinen Anwalt ein",
	"Je vais porter plainte",
	"Voy a hablar con mi abogado",
	"Contatterò il mio avvocato",
	"Vou falar com o meu advogado",
	"Ik schakel mijn advocaat in",
	"Oddam sprawę do sądu",
	"Mahkemeye gideceğim",
	"سأذهب إلى المحكمة",
	"אני אפנה לעורך דין",
])("recognises legal action in %j", (text) => {
	expect(mentionsLegalAction(text)).toBe(true);
});

it.each([
	"Do you deliver to courtyards?",
	"a tennis court lamp",
	"issue with my order",
	"I love avocado green",
])("finds no legal action in %j", (text) => expect(mentionsLegalAction(text)).toBe(false));

it.each([
	"The lamp caught fire",
	"My son got hurt when the shelf fell",
	"I cut my hand on the glass and it is bleeding",
	"I got an electric shock from it",
	"The chair collapsed under me",
	"Die Lampe brennt",
	"La lampe a pris feu",
	"La lámpara echa humo",
	"La lampada ha preso fuoco",
	"O candeeiro pegou fogo",
	"De lamp heeft vlam gevat",
	"Lampa się zapaliła, zapalił się kabel",
	"Lamba alev aldı",
	"المصباح احترق",
	"המנורה עלתה, הכבל נשרף",
])("recognises injury or danger in %j", (text) => {
	expect(mentionsInjuryOrDanger(text)).toBe(true);
});

it.each([
	"Is this pan safe on fire?",
	"Do you sell smoke detectors?",
	"The price hurts a little",
	"How do I care for the oak table?",
	"Does the oven glove prevent burned fingers?",
])("finds no injury or danger in %j", (text) => {
	expect(mentionsInjuryOrDanger(text)).toBe(false);
});

it("finds an owner's topic by whole words, upper or lower case", () => {
	const topics = [{ name: "wholesale", words: ["wholesale", "bulk order"] }];
	expect(findOwnerTopic("Do you take a Bulk order of lamps?", topics)).toBe("wholesale");
	expect(findOwnerTopic("I like the bulky orders", topics)).toBeNull();
});
