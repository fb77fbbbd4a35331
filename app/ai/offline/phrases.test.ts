import { expect, it } from "vitest";
import { SUPPORTED_LANGUAGES } from "../language/languages.ts";
import { isNo, isYes, offersPerson, phrasesIn } from "./phrases.ts";

it("knows its own offer of a person again in every language", () => {
	for (const language of [...SUPPORTED_LANGUAGES, "zh-TW", "xx"]) {
		expect(offersPerson(phrasesIn(language).unknown), language).toBe(true);
		expect(offersPerson(phrasesIn(language).greeting), language).toBe(false);
	}
});

it("takes a plain yes for yes, and nothing longer", () => {
	for (const text of [
		"yes",
		"Yes please!",
		"ok",
		"ja bitte",
		"oui",
		"sí, por favor",
		"да, пожалуйста",
		"はい、お願いします。",
		"好的，谢谢",
	])
		expect(isYes(text), text).toBe(true);
	for (const text of ["yes but when do you open", "no", "please tell me the price", ""])
		expect(isYes(text), text).toBe(false);
	for (const text of ["no thanks", "いいえ", "不用了，谢谢", "нет, спасибо"])
		expect(isNo(text), text).toBe(true);
	expect(isNo("no idea where my order is")).toBe(false);
});

it("never shouts and never claims to be a person", () => {
	for (const language of SUPPORTED_LANGUAGES) {
		for (const phrase of Object.values(phrasesIn(language))) {
			expect(typeof phrase === "string" ? phrase : phrase("x")).not.toMatch(/[!！]/);
		}
	}
});

it("writes to readers of the traditional Chinese script in that script", () => {
	for (const tag of ["zh-TW", "zh-HK", "zh-Hant"]) expect(phrasesIn(tag).unknown, tag).toContain("沒有");
	for (const tag of ["zh", "zh-CN", "zh-Hans-SG"]) expect(phrasesIn(tag).unknown, tag).toContain("没有");
});
