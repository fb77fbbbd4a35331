import { expect, it } from "vitest";
import { preferredLanguages } from "./accept-language.server.ts";

const asking = (header: string) =>
	preferredLanguages(new Request("http://localhost/", { headers: { "Accept-Language": header } }));

it.each([
	["en", ["en"]],
	["en-GB,en;q=0.9", ["en-GB", "en"]],
	["en;q=0.1, de;q=0.9", ["de", "en"]],
	["en; q=0.1, de ; q=0.9", ["de", "en"]],
	["fr;q=0, de", ["de"]],
	["fr;q=0.0, de;q=0.001", ["de"]],
	["*, de;q=0.5", ["de"]],
	["*", []],
	["*;q=0", []],
	["de_DE", ["de-DE"]],
	["de-DE-u-co-phonebk", ["de-DE"]],
	["zh-Hant-HK", ["zh-Hant-HK"]],
	["zh-hant-hk;q=0.8, ZH-TW", ["zh-TW", "zh-Hant-HK"]],
	["fil-PH", ["fil-PH"]],
	["es-419,es;q=0.9", ["es-419", "es"]],
	["nl;q=0.5,sv;q=0.5", ["nl", "sv"]],
	["", []],
	[",, ,de,", ["de"]],
	["english please, pl;q=0.3", ["pl"]],
	["<script>, it", ["it"]],
	["de;q=abc, it", ["it"]],
	[`${"x".repeat(40)}, da`, ["da"]],
	["en-US,en-US;q=0.9", ["en-US"]],
])("reads %j as %j", (header, languages) => {
	expect(asking(header)).toEqual(languages);
});

it("parses a hostile header in linear time", () => {
	expect(asking(`de,${"-a".repeat(8_000)}`)[0]).toBe("de");
	expect(asking(";q".repeat(8_000))).toEqual([]);
});
