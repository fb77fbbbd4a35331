import { expect, it } from "vitest";
import { smallTalk } from "./small-talk.ts";

it.each([
	["Guten Tag", "greeting"],
	["Hallo!", "greeting"],
	["Hola, buenos días", "greeting"],
	["Dzień dobry :)", "greeting"],
	["السلام عليكم", "greeting"],
	["こんにちは。", "greeting"],
	["您好", "greeting"],
	["Vielen Dank!", "thanks"],
	["danke schoen", "thanks"],
	["Merci beaucoup, au revoir", "thanks"],
	["çok teşekkür ederim", "thanks"],
	["Спасибо большое", "thanks"],
	["ありがとうございます!", "thanks"],
	["Tschüss", "goodbye"],
	["再見", "goodbye"],
	["Hallo, wo ist mein Paket?", null],
	["Danke für die Lieferung, aber der Stuhl ist kaputt", null],
	["你好,怎么退货?", null],
	["", null],
	["?", null],
])("takes %j for %s", (text, kind) => {
	expect(smallTalk(text, "other", 0)?.kind ?? null).toBe(kind);
});
