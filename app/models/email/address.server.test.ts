import { describe, expect, it } from "vitest";
import { canonicalEmail, emailAddress } from "./address.server.ts";

describe("an email address", () => {
	it.each([
		["plain", "Ana@Example.com", "ana@example.com"],
		["an apostrophe", "o'brien@example.com", "o'brien@example.com"],
		["a plus sign", "a+b@example.com", "a+b@example.com"],
		["an ampersand", "a&b@example.com", "a&b@example.com"],
		["other signs of RFC 5322", "a!#$%*/=?^_`{|}~-z@example.com", "a!#$%*/=?^_`{|}~-z@example.com"],
		["an internationalised domain", "ana@пример.рф", "ana@пример.рф"],
		["the same domain as the wire writes it", "ana@xn--e1afmkfd.xn--p1ai", "ana@пример.рф"],
		["a domain with an umlaut in capitals", "ana@BÜCHER.example", "ana@bücher.example"],
		["a local part in another script", "用户@例子.广告", "用户@例子.广告"],
		["a decomposed letter", "jose\u0301@example.com", "josé@example.com"],
		["full-width letters", "ａｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ana@example.com"],
		["an ideographic full stop", "ana@例子。广告", "ana@例子.广告"],
		["a zero-width space before it", "\u200bana@example.com", "ana@example.com"],
		["a direction mark after it", "ana@example.com\u202a", "ana@example.com"],
		["a byte order mark and blanks", " \ufeff ana@example.com\u00a0\n", "ana@example.com"],
	])("is accepted with %s", (_, written, canonical) => {
		expect(canonicalEmail(written)).toBe(canonical);
		expect(emailAddress.parse(written)).toBe(canonical);
	});

	it.each([
		["nothing", ""],
		["only invisible characters", "\u200b\u00a0"],
		["no sign @", "ana.example.com"],
		["nothing before the sign", "@example.com"],
		["nothing after it", "ana@"],
		["a domain without a dot", "ana@localhost"],
		["an IP address", "ana@127.0.0.1"],
		["a number for a domain", "ana@1.2"],
		["two signs", "ana@bo@example.com"],
		["a space", "ana b@example.com"],
		["an invisible character inside", "an\u200ba@example.com"],
		["a comma, which makes two of it", "ana@example.com,bo@example.com"],
		["a name beside it", "Ana <ana@example.com>"],
		["a line break", "ana\n@example.com"],
		["a dot at the start", ".ana@example.com"],
		["two dots", "a..na@example.com"],
		["a port", "ana@example.com:25"],
		["a path", "ana@example.com/x"],
		["an escaped letter", "ana@ex%61mple.com"],
		["a label that cannot be decoded", "ana@xn--a\u00e4.example"],
		["a label of 64 letters", `ana@${"a".repeat(64)}.example`],
		["a local part of 65 letters", `${"a".repeat(65)}@example.com`],
		["more than 254 octets", `ana@${`${"a".repeat(60)}.`.repeat(5)}example`],
	])("is refused with %s", (_, written) => {
		expect(canonicalEmail(written)).toBeNull();
		expect(emailAddress.safeParse(written).success).toBe(false);
	});
});
