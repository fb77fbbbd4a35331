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
			{ heading: "How long", anchor: "how-long", body: "A month, or two on request." },
			{ heading: "Fines", anchor: "fines", body: "None." },
		]);
	});

	it("joins a list of words into one sentence, and keeps a list of sentences", () => {
		const [words] = splitIntoPassages({ title: "Pay", body: "We take:\n\n- coins\n- shells" });
		expect(words?.body).toBe("We take: coins; shells.");
		const [steps] = splitIntoPassages({ title: "Do", body: "1. Open the lid.\n2. Look inside." });
		expect(steps?.body).toBe("Open the lid. Look inside.");
	});

	it("repeats column names in a table's rows", () => {
		const [passage] = splitIntoPassages({
			title: "Prices",
			body: "| Boat | Hour | Day |\n|---|---|---|\n| Canoe | 5 | 20 |\n| Raft | 9 | 40 |",
		});
		expect(passage?.body).toBe("Canoe, Hour: 5, Day: 20. Raft, Hour: 9, Day: 40.");
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
	expect(passages).toEqual([{ heading: "期限", anchor: "section", body: "三十天。." }]);
});

it("makes headings' ids unique in order", () => {
	expect(headingIds(["Über uns", "Cost", "Cost", "?"])).toEqual(["uber-uns", "cost", "cost-2", "section"]);
});

it("makes a slug from any title", () => {
	expect(slugify("  The shop's “rules” & more…  ")).toBe("the-shops-rules-more");
	expect(slugify("日本")).toBe("");
});
