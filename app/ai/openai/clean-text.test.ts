import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextCleaner } from "./clean-text.ts";

const ALLOWED = new Set(["/help/returns", "https://shop.example/returns"]);

function clean(text: string, cuts: number[] = []) {
	const cited: number[] = [];
	let isUnknown = false;
	const cleaner = new TextCleaner({
		isAllowedUrl: (url) => ALLOWED.has(url),
		onCitation: (number) => cited.push(number),
		onUnknown: () => {
			isUnknown = true;
		},
	});
	const bounds = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
	const pieces = [0, ...bounds].map((from, index) => cleaner.push(text.slice(from, bounds[index])));
	pieces.push(cleaner.end());
	return { text: pieces.join(""), pieces, cited, isUnknown };
}

describe("the model's text on its way to the customer", () => {
	it.each([
		["Thirty days [1].", "Thirty days.", [1]],
		["Thirty days.[1][2] Free of charge. [3]", "Thirty days. Free of charge.", [1, 2, 3]],
		["Both [1, 2] and [4-6] say so", "Both and say so", [1, 2, 4, 5, 6]],
		["As our house puts it【2†source】.", "As our house puts it.", [2]],
		["One [ref 1] more [source: 2].", "One more.", [1, 2]],
		["See [1](https://evil.example/1).", "See.", [1]],
	])("takes the marks out of %j and reports them", (raw, shown, cited) => {
		const result = clean(raw);
		expect(result.text).toBe(shown);
		expect(result.cited).toEqual(cited);
	});

	it("takes out the mark for not knowing and reports it", () => {
		expect(clean("[unknown] I cannot say.")).toMatchObject({ text: "I cannot say.", isUnknown: true });
	});

	it.each([
		["Click [here](https://evil.example/?q=secret) now", "Click here now"],
		["![x](https://evil.example/p.png?d=W1) Done", "Done"],
		["a ![x](/help/returns) b", "a b"],
		["[![x](https://evil.example/a)](https://evil.example/b) text", "text"],
		["Go to https://evil.example/path.", "Go to."],
		["Go to a-secret.evil.examplehttps://x now", "Go to now"],
		["Go to (www.evil.example/path) or //evil.example/x today", "Go to or today"],
		["evil.example/steal?d=1 is gone", "is gone"],
		["<img src='https://evil.example/a'>Hello <https://evil.example> you", "Hello you"],
		["[a](javascript:alert(1)) and [b](data:text/html,x)", "a and b"],
		["[open](https://evil.example/never-closed", "[open]"],
		["[x]: https://evil.example/x.png", "[x]:"],
		["Read [this][x] now\n\n[x]: <https://evil.example/x> 'W1'", "Read [this][x] now\n\n[x]: 'W1'"],
		["Visit evil.example today, or EVIL.EXAMPLE.", "Visit today, or."],
		["W7000001.evil.com knows it", "knows it"],
		["Write to W1@evil.example, please", "Write to, please"],
		["<mailto:a@evil.example> or <a href=//evil.example>x</a>", "or x"],
		["jAvAsCrIpT:alert(1) data:text/html;base64,AAAA vbscript:x", ""],
		["https:evil.example or https:\\\\evil.example\\x or \\\\evil.example\\x", "or or"],
		["http://203.0.113.9/W1 and 203.0.113.9/W1 and 203.0.113.9:80", "and and"],
		["&#104;ttps://evil.example/W1 ok", "&#104; ok"],
		["ht\u200btps://ev\u00adil.exam\u2060ple/W1 ok", "ok"],
		["evil\u200d.exa\ufe0fmple/W1 ok", "ok"],
		["\u202ehttps://evil.example/W1\u202c ok", "ok"],
		["ｈｔｔｐｓ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ／Ｗ１ ok", "ok"],
		["evil\u2024example\u2044W1 and evil。com and https\u2236//evil.example", "and and"],
		["送料ｅｖｉｌ．ｅｘａｍｐｌｅ／ａ", "送料"],
		["https://еvil.example/W1 and www.еvil.example", "and"],
		["[shop](https://shop.example/returns@evil.example)", "shop"],
		["[a](/\\evil.example) [b](//evil.example) [c]( https://evil.example )", "a b c"],
		["[\u200b![x](https://evil.example/p)](https://evil.example)", ""],
		[
			"evil.exa[1]mple/W1 and evil[1].example/W1 and ht[1]tps:/[1]/evil.exa<b>mple/W1",
			"evil.exa mple/W1 and evil .example/W1 and ht tps:/ /evil.exa mple/W1",
		],
		["[evil.exa](x)mple/W1 or evil.exa[mple](x)/W1", "evil.exa mple/W1 or evil.exa mple /W1"],
	])("removes what retrieval did not return from %j", (raw, shown) => {
		expect(clean(raw).text).toBe(shown);
	});

	it.each([
		"Read [our page](/help/returns) first.",
		"Start at https://shop.example/returns.",
		"Costs < 5 and > 3, and/or 1.5 kg (see [note]) at 10:30.",
		"Line one\n\n- item [ ]\n- item [x]",
		"送料は無料です。二日以内に届きます。",
		"Lieferung (ca. 3.5 kg) z.B. am 12.03. um 10:30; e.g. A/B, 24/7.",
		"It waits at the door.In winter too, with Node.js v1.2.3.",
		"می\u200cخواهم 👩\u200d👩\u200d👧 1\ufe0f\u20e3 نعم",
	])("leaves %j as it is", (raw) => {
		expect(clean(raw).text).toBe(raw);
	});

	it("shows words as they come, not only at the end", () => {
		const cleaner = new TextCleaner({ isAllowedUrl: () => false, onCitation() {}, onUnknown() {} });
		expect(cleaner.push("Thirty days [")).toBe("Thirty days");
		expect(cleaner.push("1] from ")).toBe(" from");
		expect(cleaner.push("送料は無料")).toBe(" 送料は無料");
	});

	it("lets nothing through that Postgres would refuse", () => {
		expect(clean("a\0b \ud83d c 😀", [6]).text).toBe("ab \ufffd c 😀");
	});

	it("says the same wherever the stream is cut, and never lets a foreign address through", () => {
		const word = fc.constantFrom(
			"word",
			" ",
			" ",
			"\n\n",
			"[1]",
			"[",
			"]",
			"(",
			")",
			"!",
			"![",
			"](",
			"<",
			">",
			"https://evil.example/a?b=c",
			"[text](https://evil.example)",
			"![i](//evil.example/i.png)",
			"/help/returns",
			"[ok](/help/returns)",
			"www.evil.example/x",
			"【3】",
			"送料",
			"😀",
			".",
			"[unknown]",
			"<a href='https://evil.example'>",
			"ｅｖｉｌ．ｅｘａｍｐｌｅ／",
			"e\u200bvil.exa",
			"mple/x",
			"\u200d",
			"\u{e0041}",
			"。",
			"a@evil.example",
			"\\\\evil.example/x",
		);
		fc.assert(
			fc.property(
				fc.array(word, { maxLength: 30 }),
				fc.array(fc.nat(400), { maxLength: 40 }),
				(words, cuts) => {
					const whole = clean(words.join(""));
					const cut = clean(words.join(""), cuts);
					expect(cut.text).toBe(whole.text);
					expect(cut.cited).toEqual(whole.cited);
					expect(whole.text).not.toContain("evil.example/");
					expect(whole.text).not.toMatch(/(?:\/\/|www\.)evil/);
					for (const piece of cut.pieces) expect(piece).not.toMatch(/[\ud800-\udbff]$/);
				},
			),
			{ numRuns: 2_000 },
		);
	});
});
