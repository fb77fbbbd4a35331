import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Inline, parseInline, parseLinks } from "./message-inline.ts";
import { parseMessage, StreamingMarkdownRemover, toPlainText } from "./message-markdown.ts";

const text = (words: string): Inline => ({ kind: "text", text: words });
const bold = (words: string): Inline => ({ kind: "bold", parts: [text(words)] });
const italic = (words: string): Inline => ({ kind: "italic", parts: [text(words)] });
const code = (words: string): Inline => ({ kind: "code", text: words });
const link = (href: string, words = href): Inline => ({ kind: "link", text: words, href });
const wordsOf = (parts: Inline[]): string =>
	parts.map((part) => ("parts" in part ? wordsOf(part.parts) : part.text)).join("");

describe("inline Markdown", () => {
	it.each<[string, Inline[]]>([
		["Returns take **30 days**.", [text("Returns take "), bold("30 days"), text(".")]],
		["退货需要**30天**内", [text("退货需要"), bold("30天"), text("内")]],
		["__now__ and _then_", [bold("now"), text(" and "), italic("then")]],
		["*a* b", [italic("a"), text(" b")]],
		["***a***", [{ kind: "bold", parts: [text("*a")] }, text("*")]],
		["`W2611340`", [code("W2611340")]],
		["``a ` b``", [code("a ` b")]],
		["**a `*b*` c**", [{ kind: "bold", parts: [text("a "), code("*b*"), text(" c")] }]],
		["\\*a\\*", [text("*a*")]],
		["[Returns](https://mevi.example/r)", [link("https://mevi.example/r", "Returns")]],
		["![chair](https://mevi.example/c.png)", [text("chair")]],
		["[here](/help/returns)", [link("/help/returns", "here")]],
		["<https://mevi.example/r>", [link("https://mevi.example/r")]],
		["**https://mevi.example/a_b_c**", [{ kind: "bold", parts: [link("https://mevi.example/a_b_c")] }]],
	])("is parsed: %s", (written, right) => {
		expect(parseInline(written)).toEqual(right);
	});

	it.each([
		"5 * 3 * 2 and 2*3*4",
		"snake_case_name and order_number",
		"a ** b ** c",
		"one * two",
		"**not closed",
		"`not closed",
		"[not] (a link)",
		"[x](javascript:alert(1))",
		"[x](data:text/html,x)",
		"<script>alert(1)</script> <b>x</b>",
		"javascript:alert(1)",
		"ftp://files.example",
		"https://",
		"https://ana:secret@evil.example/",
		"xhttps://a.example",
	])("is not found in other text: %s", (written) => {
		expect(parseInline(written)).toEqual([text(written)]);
	});

	it("shows the target of a link whose text is another URL", () => {
		expect(parseInline("[https://bank.example](https://evil.example/x)")).toEqual([
			link("https://evil.example/x"),
		]);
		expect(parseInline("[bank.example](https://evil.example/x)")).toEqual([link("https://evil.example/x")]);
	});

	it("is formatted before its end while an answer streams", () => {
		expect(parseInline("Returns take **30 da", { isUnfinished: true })).toEqual([
			text("Returns take "),
			bold("30 da"),
		]);
		expect(parseMessage("Yes *", { isUnfinished: true })).toEqual([
			{ kind: "paragraph", parts: [text("Yes")] },
		]);
	});
});

describe("URLs in a customer's message", () => {
	it.each<[string, Inline[]]>([
		["**https://a.example/x**", [text("**"), link("https://a.example/x"), text("**")]],
		["(see https://a.example/x_(1).)", [text("(see "), link("https://a.example/x_(1)"), text(".)")]],
		["https://a.example/?q=1&b=2, then", [link("https://a.example/?q=1&b=2"), text(", then")]],
		[
			"http://a.example。 mailto:ana@example.com!",
			[link("http://a.example/", "http://a.example"), text("。 "), link("mailto:ana@example.com"), text("!")],
		],
		["*my* `words`", [text("*my* `words`")]],
	])("become links, and nothing else changes: %s", (written, right) => {
		expect(parseLinks(written)).toEqual(right);
	});

	it("keep every character", () => {
		const piece = fc.constantFrom(
			"https://a.example/",
			"http://",
			"mailto:",
			"a@b.c",
			")",
			"(",
			".",
			" ",
			"\n",
			"x",
			"\u202e",
			"[",
			"*",
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
				const written = pieces.join("");
				expect(wordsOf(parseLinks(written))).toBe(written);
			}),
		);
	});
});

describe("Markdown blocks", () => {
	it("are headings, lists and paragraphs", () => {
		expect(parseMessage("Returns take **30 days**, `W2611340`:\n\n1. a\n2. b\n\n### Note\n* c")).toEqual([
			{
				kind: "paragraph",
				parts: [text("Returns take "), bold("30 days"), text(", "), code("W2611340"), text(":")],
			},
			{
				kind: "list",
				isOrdered: true,
				start: 1,
				items: [
					{ depth: 0, parts: [text("a")] },
					{ depth: 0, parts: [text("b")] },
				],
			},
			{ kind: "heading", parts: [text("Note")] },
			{ kind: "list", isOrdered: false, start: 1, items: [{ depth: 0, parts: [text("c")] }] },
		]);
	});

	it("are tables, quotes, code and rules", () => {
		const kinds = (written: string) => parseMessage(written).map(({ kind }) => kind);
		expect(kinds("| a | b |\n|---|:-:|\n| 1 | 2 |\n> said\n---\n```js\n**x**\n```\nend")).toEqual([
			"table",
			"quote",
			"rule",
			"code",
			"paragraph",
		]);
		expect(parseMessage("```\n**x**")).toEqual([{ kind: "code", text: "**x**" }]);
	});

	it.each(["- ", "#hash", "1.5 m", "2026. A good year", "a | b", "--", "-5 degrees", "Hello\n\nthere"])(
		"are not found in other lines: %j",
		(written) => {
			expect(parseMessage(written).map(({ kind }) => kind)).toEqual(["paragraph"]);
		},
	);

	it("keep a text without Markdown as it is, blank lines included", () => {
		expect(parseMessage("Hello  Ana,\n\n  yes.\nBye")).toEqual([
			{ kind: "paragraph", parts: [text("Hello  Ana,\n\n  yes.\nBye")] },
		]);
	});

	it("become plain text for an email", () => {
		expect(
			toPlainText(
				"### Note\nTake **30 days**, [here](https://a.example/r) or https://b.example:\n1. `a`\n2. b",
			),
		).toBe("Note\n\nTake 30 days, here (https://a.example/r) or https://b.example:\n\n1. a\n2. b");
	});
});

describe("streamed text that cannot be formatted", () => {
	it("has its Markdown removed, at whatever positions it is split", () => {
		const written = "### Note\nTake **30 days**, `W1` and 5 * 3\n* c #1\n## End";
		fc.assert(
			fc.property(fc.array(fc.nat(written.length), { maxLength: 12 }), (places) => {
				const marks = new StreamingMarkdownRemover();
				const sorted = [0, ...places.sort((a, b) => a - b), written.length];
				const shown = sorted.slice(1).map((end, at) => marks.push(written.slice(sorted[at], end)));
				expect(shown.join("")).toBe("Note\nTake 30 days, W1 and 5 * 3\n* c #1\nEnd");
			}),
		);
	});
});

describe("a hostile text", () => {
	it.each([
		"**a ",
		"`",
		"``` ",
		"[",
		"[a](https://a",
		"*",
		"_a ",
		"https://a.example/(",
		"mailto:",
		"\\",
		"> ",
		"- ",
		"|a",
		"# ",
		"(".repeat(50),
		"`a``b```",
	])("takes time in proportion to its length: %s", (unit) => {
		const cost = (length: number) => {
			const written = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
			const started = process.cpuUsage().user;
			parseMessage(written);
			parseLinks(written);
			toPlainText(written);
			return process.cpuUsage().user - started;
		};
		cost(2_000);
		const short = Math.max(cost(5_000), 10_000);
		expect(cost(50_000) / short).toBeLessThan(60);
	});
});
