import { describe, expect, it } from "vitest";
import { splitQuestions } from "./split-questions.ts";

describe("a message with several questions", () => {
	it.each([
		[
			"how much is overnight shipping and can i still change the address after ordering?",
			["how much is overnight shipping", "can i still change the address after ordering?"],
		],
		[
			"2 things: how long is the warranty, and what does a basic setup cost",
			["how long is the warranty", "what does a basic setup cost"],
		],
		["do you ship to mexico & can i pay with paypal", ["do you ship to mexico", "can i pay with paypal"]],
		[
			"can cards be used for lessons? also do points expire",
			["can cards be used for lessons?", "do points expire"],
		],
		["how much is shipping?\ndo you take paypal?", ["how much is shipping?", "do you take paypal?"]],
		["how much is shipping\ndo you take paypal", ["how much is shipping", "do you take paypal"]],
		[
			"postage to france, and how often should i clean my pen?",
			["postage to france", "how often should i clean my pen?"],
		],
		[
			"Hello. My desk came today. How do I assemble it? And do you have a shop in Leeds?",
			["Hello. My desk came today. How do I assemble it?", "do you have a shop in Leeds?"],
		],
		[
			"wie lange dauert der versand und kann ich mit paypal zahlen?",
			["wie lange dauert der versand", "kann ich mit paypal zahlen?"],
		],
		[
			"¿cuánto cuesta el envío y puedo pagar con tarjeta?",
			["¿cuánto cuesta el envío", "puedo pagar con tarjeta?"],
		],
		["送料はいくらですか？返品できますか？", ["送料はいくらですか？", "返品できますか？"]],
		["كم تكلفة الشحن؟ هل يمكنني الدفع نقدا؟", ["كم تكلفة الشحن؟", "هل يمكنني الدفع نقدا؟"]],
	])("is split: %s", (text, questions) => {
		expect(splitQuestions(text)).toEqual(questions);
	});

	it("has at most three parts; the last one has the rest", () => {
		const parts = splitQuestions("Do you open? Do you close? Do you ship? Do you sell? Do you rent?");
		expect(parts).toEqual(["Do you open?", "Do you close?", "Do you ship? Do you sell? Do you rent?"]);
	});
});

describe("a message with one question", () => {
	it.each([
		"where is my order",
		"I bought a lamp last week and the shade is cracked. What do I do?",
		"hi\nhow much is shipping to norway",
		"how much is the red one? i saw it last week",
		"can i return it? how long does it take?",
		"do you have red and blue lamps",
		"what's the difference between oak and ash?",
		"teak bench has gone grey, can i claim",
		"BOTTLE LEAKED EVERYWHERE, everything is blue, what do i do",
		"how long are your pens guaranteed? and the nibs?",
		"which strings for drop d on electric? and what about drop c",
		"do you ship to the uk and how long does it take",
		"I have a question: can I pay by invoice?",
		"",
		"?",
		"😀",
		"the quick brown fox, and the lazy dog, and nothing else",
	])("stays whole: %s", (text) => {
		expect(splitQuestions(text)).toEqual([text]);
	});
});
