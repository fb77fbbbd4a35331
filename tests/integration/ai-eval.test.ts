import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { embedMissingPassages } from "#app/ai/embeddings.server.ts";
import { env } from "#app/env.server.ts";
import { saveArticle } from "#app/models/article/article.server.ts";
import { withoutPersonalData } from "#app/models/customer/personal-data.ts";
import { readQuestions } from "#commands/eval/questions.ts";
import { compareWithExpectation } from "#commands/eval/report.ts";
import type { Outcome } from "#commands/eval/variant.ts";
import { sql } from "#db/client.server.ts";
import { countRows, makeSession } from "#tests/factories.ts";
import { asVisitor } from "#tests/people.ts";
import { runScript } from "#tests/setup/processes.ts";

const folder = mkdtempSync(join(tmpdir(), "mevi-eval-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string): string => {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
};

const evaluate = (...args: string[]) =>
	runScript("commands/ai-eval.ts", args, { DATABASE_URL: env().DATABASE_URL ?? "", OPENAI_API_KEY: "" });

beforeAll(async () => {
	await saveArticle({
		slug: "kettles",
		title: "Kettles",
		body: "## Descaling a kettle\n\nDescale a kettle every two months with vinegar and water, then rinse it twice.",
	});
});

describe("npm run ai:eval", () => {
	it("reports the store's results and, side by side, those with changed articles", async () => {
		const knowledge = join(folder, "knowledge");
		mkdirSync(knowledge);
		writeFileSync(
			join(knowledge, "kettles.md"),
			"# Kettles\n\n## Descaling a kettle\n\nDescale a kettle every four weeks with citric acid, then rinse it twice.\n",
		);
		const questions = write(
			"questions.yaml",
			[
				"- { question: How often should I descale a kettle?, article: kettles, answered: true }",
				"- { question: What is the tallest mountain of Peru?, answered: false }",
				"- { question: Let me talk to a human please, escalates: true }",
			].join("\n"),
		);
		// The test computes the embeddings of the articles first: a server does this in the background, but the command
		// needs them at once.
		await embedMissingPassages();
		const before = await countRows();
		const json = join(folder, "report.json");
		const { stdout, stderr, code } = await evaluate(questions, "--knowledge", knowledge, "--json", json);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(stdout).toMatch(/\| +\| as it is \| changed \|/);
		expect(stdout).toMatch(
			/Answer cache: \d+ of customers' \d+ answers in the last 7 days.*; it has \d+ answers\./,
		);
		expect(stdout).toMatch(/Feedback of customers in the last 7 days: \d+ answers helped, \d+ did not\./);
		for (const name of ["search: right article first", "answer: right article is the first source"]) {
			expect(stdout).toContain(`| ${name} | 1 of 1, 100 % | 1 of 1, 100 % |`);
		}
		for (const name of ["answered, of what should be", "declined, of what should be"]) {
			expect(stdout).toContain(`| ${name} | 1 of 1, 100 % | 1 of 1, 100 % |`);
		}
		expect(stdout).toMatch(/\| cost \| \$0\.0000 \| \$0\.0000 \|/);
		expect(stdout).toMatch(/\| called a person rightly \| 1 of 1, 100 % \| 1 of 1, 100 % \|/);
		const differing = /## Answers that differ\n([\s\S]*?)\n## Not as/.exec(stdout)?.[1] ?? "";
		expect(differing.match(/^### .*$/gm)).toEqual(["### How often should I descale a kettle?"]);
		expect(differing).toMatch(
			/\*\*as it is\*\*: .*every two months[\s\S]*\*\*changed\*\*: .*every four weeks/,
		);
		const { variants } = JSON.parse(readFileSync(json, "utf8")) as { variants: { outcomes: Outcome[] }[] };
		expect(variants.map(({ outcomes }) => outcomes.length)).toEqual([3, 3]);
		expect(await countRows(), "the store is as it was").toEqual(before);
		const left = await sql`select 1 from pg_namespace where starts_with(nspname, 'mevi_eval_')`;
		expect(left, "and the copies are gone").toHaveLength(0);
	});

	it("asks last week's questions without personal data", async () => {
		const ada = await asVisitor();
		await makeSession(ada.identity, "My name is Ada Winter, ada@winter.example: is #W2611340 late?");
		const json = join(folder, "recent.json");
		expect((await evaluate("--recent", "7", "--json", json)).code).toBe(0);
		const { questions } = JSON.parse(readFileSync(json, "utf8")) as { questions: { question: string }[] };
		expect(questions.map((asked) => asked.question)).toContain(
			"My name is [name], [email]: is [order] late?",
		);
	});

	it.each([
		["a file that is not there", ["/nowhere.yaml"], /^There is no file \/nowhere\.yaml\.$/],
		["an option it does not know", ["--everything"], /^Type it like this: npm run ai:eval/],
	])("explains in one sentence what is wrong with %s", async (_, args, sentence) => {
		const { code, stderr } = await evaluate(...args);
		expect(code).toBe(1);
		expect(stderr.trim()).toMatch(sentence);
		expect(stderr.trim().split("\n")).toHaveLength(1);
	});
});

describe("a set of questions", () => {
	it("with an invalid entry is refused with the entry's position", () => {
		const path = write("wrong.yaml", "- question: Fine\n- { question: Not fine, articel: returns }\n");
		expect(() => readQuestions(path)).toThrow(/wrong\.yaml cannot be used: entry 2: .*articel/);
	});
});

describe("the set of the demo store", () => {
	it("names only articles that the demo store has", async () => {
		const { readdirSync } = await import("node:fs");
		const slugs = new Set(readdirSync("demo/seed/articles").map((name) => name.replace(/\.md$/, "")));
		const named = readQuestions("demo/seed/evaluation.yaml").flatMap((asked) => asked.article ?? []);
		expect(named.filter((slug) => !slugs.has(slug))).toEqual([]);
		expect(named.length).toBeGreaterThan(30);
	});
});

describe("personal data", () => {
	it.each([
		["Call me at +49 (170) 123-4567 or ++", "Call me at [number] or ++"],
		["write to jo.b+x@mail.example.org, thanks", "write to [email], thanks"],
		["W2611340 and #w2611340 and order 2611340", "[order] and [order] and order [order]"],
		["I live at 12 Foundry Street, 3rd floor", "I live at [address], 3rd floor"],
		["Lindenstraße 12 ist meine Adresse", "[address] ist meine Adresse"],
		["IBAN DE44500105175407324931", "IBAN [code]"],
		["see https://shop.example/orders/99?token=abc", "see [link]"],
		["Ich heiße Anna Maria und warte seit 14 Tagen", "Ich heiße [name] und warte seit 14 Tagen"],
		["is a table of 180 cm free from $75?", "is a table of 180 cm free from $75?"],
	])("is removed from %j", (text, clean) => {
		expect(withoutPersonalData(text)).toBe(clean);
	});

	it("includes the name that the store knows", () => {
		expect(withoutPersonalData("Noah here, noah brown, about a brownish sofa", "Noah Brown")).toBe(
			"[name] here, [name] [name], about a brownish sofa",
		);
	});
});

describe("the judgement of an answer", () => {
	const outcome = (urls: string[], answered = true): Outcome => ({
		answer: {
			text: "…",
			answered,
			intent: "other",
			language: "en",
			sources: urls.map((url) => ({ id: url, title: url, url, quote: "", score: 1 })),
			escalate: { needed: false, reason: null },
			model: null,
		},
		retrieved: urls.map((url) => url.replace(/^\/help\/|#.*$/g, "")),
		failure: null,
		firstWordMs: 1,
		totalMs: 2,
		promptTokens: 0,
		completionTokens: 0,
		costMicros: 0,
	});

	it("distinguishes the first source from the others, and an answer from none", () => {
		const asked = { question: "?", locale: "en", article: ["b"], answered: true };
		expect(compareWithExpectation(asked, outcome(["/help/b#x"]))).toMatchObject({
			isFirst: true,
			isAmong: true,
		});
		expect(compareWithExpectation(asked, outcome(["/help/a", "/help/b"]))).toMatchObject({
			isFirst: false,
			isAmong: true,
		});
		expect(compareWithExpectation(asked, outcome([], false))).toMatchObject({
			isAmong: false,
			isAnsweredRightly: false,
		});
		expect(compareWithExpectation({ question: "?", locale: "en" }, undefined).isFirst).toBeNull();
	});
});
