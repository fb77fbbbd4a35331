import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { needs } from "#tests/setup/needs.ts";
import { hasVisibleText, toAsciiDigits, trimInvisible, withoutInvisible } from "./visible-text.ts";

const UNICODE = join(import.meta.dirname, "../../../shared/data/unicode");

describe("hasVisibleText", () => {
	it.each([
		["nothing", ""],
		["spaces and line ends", " \t\r\n\u0085\u2028\u2029"],
		["no-break and ideographic space", "\u00A0\u202F\u3000\u2003"],
		["Ogham space mark", "\u1680"],
		["controls", "\u0000\u0007\u001B\u007F\u009F"],
		["zero width space", "\u200B"],
		["word joiner and joiners", "\u2060\u200D\u200C"],
		["byte order mark", "\uFEFF"],
		["soft hyphen", "\u00AD"],
		["direction marks", "\u200E\u200F\u061C\u202A\u202C\u2066\u2069"],
		["invisible operators", "\u2061\u2062\u2063\u2064"],
		["deprecated format characters", "\u206A\u206F"],
		["combining grapheme joiner", "\u034F"],
		["Mongolian vowel separator and selectors", "\u180E\u180B\u180D\u180F"],
		["Khmer inherent vowels", "\u17B4\u17B5"],
		["Hangul fillers", "\u115F\u1160\u3164\uFFA0"],
		["Braille blank", "\u2800"],
		["variation selectors without a character", "\uFE0F\uFE00\u{E0100}"],
		["tag characters without a flag", "\u{E0001}\u{E0020}\u{E0067}\u{E007F}"],
		["musical format characters and a null notehead", "\u{1D173}\u{1D17A}\u{1D159}"],
		["shorthand format controls", "\u{1BCA0}\u{1BCA3}"],
		["Khitan filler", "\u{16FE4}"],
		["hieroglyphic blanks and controls", "\u{13441}\u{13442}\u{13430}"],
		["interlinear annotation marks", "\uFFF9\uFFFA\uFFFB"],
		["object replacement character", "\uFFFC"],
		["noncharacters", "\uFFFE\uFFFF\uFDD0\u{10FFFF}"],
		["a mixture", " \u200B\n\u2800\u{E0020}\u3164 "],
	])("finds nothing visible in %s", (_name, text) => {
		expect(hasVisibleText(text)).toBe(false);
	});

	it.each([
		["a letter", "a"],
		["a full stop", "."],
		["a letter among invisible characters", "\u200B\u2800x\u200E"],
		["a family joined by ZWJ", "👨‍👩‍👧"],
		["a heart with a selector", "❤️"],
		["a keycap", "1️⃣"],
		["a flag of letters", "🇸🇪"],
		["a flag of tags", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"],
		["a skin tone alone", "🏽"],
		["Braille with dots", "\u2801"],
		["a Hangul letter", "ㅋ"],
		["a combining accent alone", "\u0301"],
		["the Arabic number sign", "\u0600"],
		["the Arabic end of verse", "\u06DD"],
		["the replacement character", "\uFFFD"],
		["an ideographic stop", "。"],
		["a character that is not assigned yet", "\u0378"],
		["a private character", "\uE000"],
	])("finds %s visible", (_name, text) => {
		expect(hasVisibleText(text)).toBe(true);
	});

	it(
		"finds every emoji of Unicode's list visible",
		needs("../shared/data/unicode", existsSync(UNICODE)),
		() => {
			const emoji = emojiOf("emoji-test.txt");
			expect(emoji.length).toBeGreaterThan(4_000);
			expect(emoji.filter((one) => !hasVisibleText(one))).toEqual([]);
		},
	);
});

describe("trimInvisible", () => {
	it.each([
		["", ""],
		["\u200B \u2800", ""],
		["  a b\t", "a b"],
		["\uFEFFname@example.com\u200B", "name@example.com"],
		["\u200E123456\u200F", "123456"],
		["a\u200Bb", "a\u200Bb"],
		["hello\u200D\u200B", "hello"],
		["I ❤️ ", "I ❤️"],
		["🏴󠁧󠁢󠁳󠁣󠁴󠁿\u200B", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"],
		["a\u{E0067}\u{E007F}", "a"],
		["\u200B👨‍👩‍👧\u200B", "👨‍👩‍👧"],
		["order \u2067שלום\u2069", "order \u2067שלום\u2069"],
		["\u2068abc\u2069", "abc"],
		["x \u202Bשלום\u202C\u202C ", "x \u202Bשלום\u202C"],
		["Ḿ\u0301 ", "Ḿ\u0301"],
	])("turns %j into %j", (text, trimmed) => {
		expect(trimInvisible(text)).toBe(trimmed);
	});

	it("keeps every emoji of Unicode's list", needs("../shared/data/unicode", existsSync(UNICODE)), () => {
		const emoji = emojiOf("emoji-test.txt");
		expect(emoji.filter((one) => trimInvisible(`\u200B ${one} \u2060`) !== one)).toEqual([]);
	});

	it("takes time in proportion to the text", () => {
		// A regular expression that ends in "+$" would try to match from every blank in the middle of the text, in
		// quadratic time.
		const long = `a${" \u200B".repeat(200_000)}b`;
		expect(trimInvisible(long)).toBe(long);
	});
});

describe("withoutInvisible", () => {
	it.each([
		["W26\u200B11\u00AD340\u200E", "W2611340"],
		["1\uFE0F2", "12"],
		["261\u28001340", "261 1340"],
		["a b\n", "a b\n"],
	])("turns %j into %j", (text, plain) => {
		expect(withoutInvisible(text)).toBe(plain);
	});
});

describe("toAsciiDigits", () => {
	it.each([
		["٠١٢٣٤٥٦٧٨٩", "0123456789"],
		["۰۱۲۳۴۵۶۷۸۹", "0123456789"],
		["०१२३४५६७८९", "0123456789"],
		["０１２３４５６７８９", "0123456789"],
		["𝟎𝟏𝟗𝟘𝟙𝟡𝟶𝟷𝟿", "019019019"],
		["W٢611٣40", "W2611340"],
		["½ ² ① 三", "½ ² ① 三"],
	])("turns %j into %j", (text, plain) => {
		expect(toAsciiDigits(text)).toBe(plain);
	});

	it("knows the digits of every numbering system of the engine", () => {
		const systems = Intl.supportedValuesOf("numberingSystem")
			.map((name) => new Intl.NumberFormat(`en-u-nu-${name}`, { useGrouping: false }))
			.map((format) => Array.from({ length: 10 }, (_, value) => format.format(value)).join(""))
			.filter((digits) => /^\p{Nd}{10}$/u.test(digits));
		expect(systems.length).toBeGreaterThan(50);
		expect(systems.filter((digits) => toAsciiDigits(digits) !== "0123456789")).toEqual([]);
	});
});

/**
 * The emoji in a Unicode data file with lines "code points ; status # comment"; emoji that are only components of
 * others are left out.
 */
function emojiOf(name: string): string[] {
	return readFileSync(join(UNICODE, name), "utf8")
		.split("\n")
		.map((line) => /^([0-9A-F ]+);\s*(?!component)/.exec(line)?.[1]?.trim())
		.filter((points) => points !== undefined)
		.map((points) => String.fromCodePoint(...points.split(" ").map((hex) => Number.parseInt(hex, 16))));
}
