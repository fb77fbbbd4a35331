import { expect, it } from "vitest";
import { isIntroduction, wantedForm } from "./answer-kinds.ts";

it.each([
	["How much does postage cost?", "Parcels go for $4.20.", "We post on Mondays."],
	["How long do I have to send it back?", "You have 40 days.", "We check it with care."],
	["How long do I have to send it back?", "You can send it back for 40 days.", "We check it within 40 days."],
	["What are your opening hours?", "Monday to Friday, 9 a.m. to 5 p.m.", "Somebody is always there."],
	["Which cards do you take?", "Visa, Mastercard, Amex and Discover.", "Your card is charged later."],
	["How do I use the code?", "Type it in the basket.", "It was made for you."],
	["What can't be returned?", "Opened jars cannot come back.", "Jars come back in their box."],
])("prefers for %j the sentence %j to %j", (question, right, wrong) => {
	const { score } = wantedForm(question);
	expect(score(right)).toBeGreaterThan(score(wrong));
});

it("knows a text that only says what the page is about", () => {
	expect(isIntroduction("This page is about delivery. For islands see the other one.")).toBe(true);
	expect(isIntroduction("This guide is in the box and takes 5 minutes.")).toBe(false);
});
