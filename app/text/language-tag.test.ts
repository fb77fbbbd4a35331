import { describe, expect, it } from "vitest";
import {
	directionOf,
	isSameLanguage,
	languageNameIn,
	normaliseTag,
	primaryLanguage,
} from "./language-tag.ts";

it.each([
	["en", "en"],
	["de_DE", "de-DE"],
	["zh-hant-hk", "zh-Hant-HK"],
	["de-DE-u-co-phonebk", "de-DE"],
	["en-GB-oxendict", "en-GB"],
	["sr-latn-rs", "sr-Latn-RS"],
	["es-419", "es-419"],
	["iw", "he"],
	["tl-PH", "fil-PH"],
	["fil-PH", "fil-PH"],
	["*", null],
	["", null],
	["x", null],
	["english please", null],
])("normalises %j to %j", (tag, plain) => {
	expect(normaliseTag(tag)).toBe(plain);
});

it.each([
	["de-AT", "de"],
	["fil-PH", "fil"],
	["ckb", "ckb"],
	["zh_TW", "zh"],
	["", "en"],
])("finds the whole primary subtag of %j: %j", (tag, primary) => {
	expect(primaryLanguage(tag)).toBe(primary);
});

it.each([
	["pt", "pt-BR", true],
	["en-US", "en-GB", true],
	["zh", "zh-CN", true],
	["zh-TW", "zh-Hant", true],
	["zh-TW", "zh-CN", false],
	["sr", "sr-Latn", false],
	["sv", "no", false],
])("compares %j with %j: %j", (one, other, isSame) => {
	expect(isSameLanguage(one, other)).toBe(isSame);
});

it.each([
	["zh-TW", "Traditional Chinese (Taiwan)"],
	["zh-Hant", "Traditional Chinese"],
	["zh-Hant-HK", "Traditional Chinese (Hong Kong SAR China)"],
	["zh-Hans", "Simplified Chinese"],
	["pt-BR", "Brazilian Portuguese"],
	["pt", "Portuguese"],
	["sv", "Swedish"],
	["fil", "Filipino"],
	["no tag at all", "no tag at all"],
])("names %s in English: %s", (tag, name) => {
	expect(languageNameIn(tag, "en")).toBe(name);
});

describe("direction", () => {
	it.each([
		..."ar he fa ur ps ckb sd ug yi dv syr nqo ks arc".split(" "),
		"ar-EG",
		"he-IL",
		"pa-PK",
		"pa-Arab",
		"ku-Arab",
		"ff-Adlm",
		"az-Arab",
		"uz-AF",
		"rhg",
	])("is from right to left for %s", (tag) => {
		expect(directionOf(tag)).toBe("rtl");
		expect(directionOf(tag, "IKEA — مرحبا")).toBe("rtl");
		expect(directionOf(tag, "An English answer")).toBe("auto");
	});

	it.each("en de zh-Hant ja th hi pa ku az ff uz am ka".split(" "))(
		"is decided by the first letter for %s",
		(tag) => {
			expect(directionOf(tag)).toBe("auto");
		},
	);
});
