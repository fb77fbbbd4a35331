import { describe, expect, it } from "vitest";
import { headingIds, slugify, splitIntoPassages } from "./passages.ts";

describe("an article split into passages", () => {
	it("puts each section's plain text under its heading", () => {
		const passages = splitIntoPassages({
			title: "Loans",
			body: "Anyone may borrow.\n\n## How long\n\nA *month*, or [two](/help/x) on `request`\n\n## Fines\n\nNone",
		});
		expect(passages).toEqual([
			{ heading: "Loans", anchor: null, body: "Anyone may borrow." },
			{ heading: "How long", anchor: "how-long", body: "A month, or two on request" },
			{ heading: "Fines", anchor: "fines", body: "None" },
		]);
	});

	it("keeps the lines of lists, with numbers and nested items", () => {
		const [passage] = splitIntoPassages({
			title: "Do",
			body: "We take:\n\n- coins\n- shells\n  - old ones\n\n  of any size\n\nThen:\n\n3. Open the lid.\n4. Look inside.\n\nDone.",
		});
		expect(passage?.body).toBe(
			"We take:\n- coins\n- shells\n  - old ones of any size\n\nThen:\n3. Open the lid.\n4. Look inside.\n\nDone.",
		);
	});

	it("keeps hard line breaks, as in an address", () => {
		const [passage] = splitIntoPassages({ title: "T", body: "Write to:<br>Mevi\\\nHill 1<br/>Town" });
		expect(passage?.body).toBe("Write to:\nMevi\nHill 1\nTown");
	});

	it.each([
		[
			"with column names in each row",
			"| Boat | Hour | Day |\n|---|---|---|\n| Canoe | 5 | 20 |\n| Raft | | 40 |",
			"- Canoe – Hour: 5; Day: 20\n- Raft – Day: 40",
		],
		[
			"with commas in cells",
			"| Boat | Hour | For |\n|---|---|---|\n| Canoe | 5 | one, two |",
			"- Canoe – Hour: 5; For: one, two",
		],
		["without column names", "| | |\n|---|---|\n| Phone | 12 |", "- Phone – 12"],
		["of one column", "| Cards |\n|---|\n| Visa |", "- Cards: Visa"],
		[
			"after its introduction",
			"Prices:\n\n| Boat | Hour |\n|---|---|\n| Canoe | 5 |",
			"Prices:\n- Canoe – Hour: 5",
		],
		["of another language", "| サイズ | 胸囲 |\n|---|---|\n| S | 88 |", "- S – 胸囲: 88"],
	])("writes a table %s as one line for each row", (_, body, text) => {
		expect(splitIntoPassages({ title: "Prices", body }).map((passage) => passage.body)).toEqual([text]);
	});

	it("splits only a very long list or table, between items, and repeats its introduction", () => {
		const items = (count: number) =>
			Array.from({ length: count }, (_, i) => `- item ${i} of a list of many`).join("\n");
		const paragraph = "Words are many here. ".repeat(30).trim();
		const short = splitIntoPassages({ title: "T", body: `${paragraph}\n\nThese:\n\n${items(40)}` });
		expect(short.map(({ body }) => body)).toEqual([paragraph, `These:\n${items(40)}`]);
		const long = splitIntoPassages({ title: "T", body: `These:\n\n${items(100)}` });
		expect(long.length).toBeGreaterThan(1);
		for (const { body } of long) {
			expect(body).toMatch(/^These:\n- item/);
			expect(body.length).toBeLessThanOrEqual(1_440);
		}
		expect(long.map(({ body }) => body.slice("These:\n".length)).join("\n")).toBe(items(100));
	});

	it("splits a long section between paragraphs and keeps its heading on every part", () => {
		const paragraph = `${"Words are many here. ".repeat(20).trim()}`;
		const passages = splitIntoPassages({
			title: "T",
			body: `## Long\n\n${paragraph}\n\n${paragraph}\n\n${paragraph}`,
		});
		expect(passages.length).toBe(3);
		expect(new Set(passages.map(({ anchor }) => anchor))).toEqual(new Set(["long"]));
	});

	it("drops a heading that repeats the title, and finds an article without text by its title", () => {
		expect(splitIntoPassages({ title: "Moss", body: "# Moss\n\nSoft." })[0]).toMatchObject({
			anchor: null,
			body: "Soft.",
		});
		expect(splitIntoPassages({ title: "Moss", body: "" })).toEqual([
			{ heading: "Moss", anchor: null, body: "Moss" },
		]);
	});
});

it.each([
	[
		["Fees", "Fees", "Fees 2"],
		["fees", "fees-2", "fees-2-2"],
	],
	[
		["Fees 2", "Fees", "Fees"],
		["fees-2", "fees", "fees-3"],
	],
	[
		["Fees", "Fees", "Fees 2", "Fees", "Fees 2-2"],
		["fees", "fees-2", "fees-2-2", "fees-3", "fees-2-2-2"],
	],
	[
		["退货", "期限"],
		["section", "section-2"],
	],
	[
		["Main", "Contents"],
		["main-2", "contents-2"],
	],
])("never gives two headings the same id: %j", (headings, ids) => {
	expect(headingIds(headings)).toEqual(ids);
});

it("keeps the first heading of an article in another script", () => {
	const passages = splitIntoPassages({ title: "退货", body: "## 期限\n\n三十天。" });
	expect(passages).toEqual([{ heading: "期限", anchor: "section", body: "三十天。" }]);
});

it("makes headings' ids unique in order", () => {
	expect(headingIds(["Über uns", "Cost", "Cost", "?"])).toEqual(["uber-uns", "cost", "cost-2", "section"]);
});

it("makes a slug from any title", () => {
	expect(slugify("  The shop's “rules” & more…  ")).toBe("the-shops-rules-more");
	expect(slugify("日本")).toBe("");
});
