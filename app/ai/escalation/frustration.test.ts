import { expect, it } from "vitest";
import { isFrustrated } from "./frustration.ts";

it.each([
	"This is absolutely ridiculous",
	"your service is a joke",
	"I am so frustrated with this",
	"this is the third time I have asked",
	"You're not helping",
	"you keep repeating the same thing",
	"worst customer service ever",
	"WHERE IS MY ORDER NOW??",
	"Das ist eine Frechheit",
	"J'en ai marre",
	"Estoy harta de esperar",
	"Sono stufo di aspettare",
	"Estou farta disto",
	"Ik ben het zat",
	"Mam dość czekania",
	"Yeter artık, bıktım",
	"هذا غير مقبول",
	"נמאס לי מזה",
])("recognises frustration in %j", (text) => {
	expect(isFrustrated(text)).toBe(true);
});

it.each([
	"My lamp arrived broken, what can I do?",
	"I want to file a complaint",
	"The table is terrible to assemble, is there a video?",
	"Is this a joke gift?",
	"I am angry at my cat, do you sell scratch-proof sofas?",
	"ORDER W2611340",
	"How many times can I return something?",
	"Where is my order?!",
	"I have not received my refund yet",
])("lets the assistant answer %j first", (text) => {
	expect(isFrustrated(text)).toBe(false);
});
