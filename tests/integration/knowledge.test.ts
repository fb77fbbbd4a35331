import { randomUUID } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { answerApiMessage } from "#app/ai/api-answer.server.ts";
import { updatePassageEmbeddings } from "#app/ai/embeddings.server.ts";
import { answerOffline } from "#app/ai/offline/answer.server.ts";
import { answerSession } from "#app/ai/reply.server.ts";
import { retrievePassages } from "#app/ai/retrieve.server.ts";
import { env, setEnv } from "#app/env.server.ts";
import {
	getArticle,
	knowledgeVersion,
	listArticles,
	saveArticle,
	searchPassages,
} from "#app/models/article/article.server.ts";
import { importKnowledge } from "#app/models/article/import.server.ts";
import { closeUnanswered, listUnanswered } from "#app/models/article/unanswered-question.server.ts";
import { createEmptySession } from "#app/models/chat-session/create.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { action, loader } from "#app/routes/admin/knowledge/page.tsx";
import { db, sql } from "#db/client.server.ts";
import { articles, passageVectors } from "#db/schema.ts";
import { asAgent } from "#tests/people.ts";
import { bodyOf, call, form, get } from "#tests/request.ts";
import { withQuestionAnalysis } from "#tests/setup/analysed.ts";
import { type CapturedRequest, fails, type Reply, startOpenAiServer } from "#tests/setup/openai-server.ts";

const YESTERDAY = new Date(Date.now() - 36 * 3_600_000).toISOString().slice(0, 10);
const slugs = (found: { slug: string }[]) => found.map(({ slug }) => slug);

beforeAll(async () => {
	setEnv({ RATE_LIMITS: "off" });
	await saveArticle({
		slug: "glarps",
		title: "Glarps",
		body: "A glarp is rinsed with vinegar twice a week.",
	});
	await saveArticle({
		slug: "glarps-inside",
		title: "Glarp rebates",
		body: "Angry owners of a glarp get 15 percent off, rebate code in the drawer.",
		audience: "agents",
	});
	await saveArticle({
		slug: "glarps-past",
		title: "Glarp festival",
		body: "The glarp festival offers free vinegar.",
		validUntil: YESTERDAY,
	});
	await saveArticle({
		slug: "rueckgabe",
		title: "Rückgabe von Möbeln",
		body: "Gekaufte Möbel können innerhalb von sechs Wochen zurückgegeben werden. Die Abholung kostet 30 Euro.",
		locale: "de",
	});
	await saveArticle({
		slug: "garantie",
		title: "Glorp guarantee",
		body: "Every glorp is guaranteed for nine years.",
	});
	await saveArticle({
		slug: "garantie-de",
		title: "Garantie für den Glorp",
		body: "Für jeden Glorp gilt eine Garantie von neun Jahren.",
		locale: "de-AT",
	});
});

const ask = (question: string, locale = "en") =>
	withQuestionAnalysis(answerOffline)(
		{
			question,
			history: [],
			customerId: null,
			customerName: null,
			locale,
			signal: new AbortController().signal,
		},
		() => {},
	);

describe("who may read an article", () => {
	it("hides articles for agents and invalid ones from customers, in lists, pages, searches and answers", async () => {
		expect(slugs(await listArticles())).not.toContain("glarps-inside");
		expect(slugs(await listArticles())).not.toContain("glarps-past");
		expect(slugs(await listArticles("agents"))).toContain("glarps-inside");
		expect(await getArticle("glarps-inside")).toBeNull();
		expect(await getArticle("glarps-past", "agents")).toBeNull();
		expect(slugs(await searchPassages("glarp vinegar rebate festival", 9))).toEqual(["glarps"]);
		expect(slugs(await searchPassages("glarp rebate", 9, { readers: "agents" }))).toContain("glarps-inside");
		expect((await ask("is there a rebate on a glarp?")).text).not.toContain("15 percent");
	});

	it("takes audience and days from front matter, and reports faults in them", async () => {
		const folder = await mkdtemp(join(tmpdir(), "mevi-kb-"));
		const head = "---\naudience: agents\nvalidFrom: 2026-01-01\nvalidUntil: 2031-02-03\nlanguage: fr\n---\n";
		await writeFile(join(folder, "soldes.md"), `${head}# Soldes\n\nDix pour cent.`);
		await importKnowledge(folder);
		expect(await getArticle("soldes", "agents")).toMatchObject({
			audience: "agents",
			validFrom: "2026-01-01",
			validUntil: "2031-02-03",
			locale: "fr",
		});
		await writeFile(join(folder, "soldes.md"), "---\nvalidUntil: soon\n---\n# Soldes\n\nDix.");
		const { refused } = await importKnowledge(folder);
		expect(refused).toEqual(["soldes.md: front matter validUntil: must be a day such as 2026-12-24."]);
		expect(await getArticle("soldes", "agents")).toMatchObject({ validUntil: "2031-02-03" });
	});

	it("changes the version when what customers may read changes, also with the passing of days, and only then", async () => {
		const version = await knowledgeVersion();
		await saveArticle({ slug: "quiet", title: "Quiet", body: "For us.", audience: "agents" });
		expect(await knowledgeVersion()).toBe(version);
		await saveArticle({ slug: "quiet", title: "Quiet", body: "For us.", audience: "everyone" });
		const shown = await knowledgeVersion();
		expect(shown).not.toBe(version);
		await db.update(articles).set({ validUntil: YESTERDAY }).where(eq(articles.slug, "quiet"));
		expect(await knowledgeVersion()).toBe(version);
	});
});

describe("articles in other languages", () => {
	it("are found by stems of their language", async () => {
		expect((await searchPassages("Möbelstück zurückgeben Woche Abholungen", 3))[0]?.slug).toBe("rueckgabe");
		const reply = await ask("Was kostet die Abholung von Möbeln?", "de");
		expect(reply).toMatchObject({ answered: true, language: "de" });
		expect(reply.text).toContain("30 Euro");
	});

	it("are preferred for readers of the language, and the others are still found", async () => {
		expect(slugs(await searchPassages("glorp", 5, { locale: "de" }))[0]).toBe("garantie-de");
		expect(slugs(await searchPassages("glorp", 5, { locale: "en" }))[0]).toBe("garantie");
		expect(slugs(await searchPassages("glorp", 5, { locale: "fr" }))).toHaveLength(2);
	});
});

/**
 * A scripted reply with embeddings in three dimensions: texts about cleaning get one direction, and texts about money
 * another.
 */
const embeds: Reply = (response, request) => {
	const { input } = request.body as unknown as { input: string[] };
	const data = input.map((text, index) => ({
		object: "embedding",
		index,
		embedding: [/vinegar|spotless/.test(text) ? 1 : 0.01, /rebate|cheaper/.test(text) ? 1 : 0.01, 0.1],
	}));
	response.writeHead(200, { "Content-Type": "application/json" });
	response.end(
		JSON.stringify({ object: "list", data, model: "e", usage: { prompt_tokens: 1, total_tokens: 1 } }),
	);
};

describe("search by embedding", () => {
	const cleanups: (() => Promise<void>)[] = [];
	async function withEmbeddings(...script: [Reply, ...Reply[]]) {
		const server = await startOpenAiServer(...script);
		cleanups.push(server.close);
		setEnv({ OPENAI_API_KEY: "k", OPENAI_BASE_URL: server.url, OPENAI_EMBEDDING_MODEL: `m-${randomUUID()}` });
		return server;
	}
	const textsOf = (requests: CapturedRequest[]) =>
		requests.flatMap(({ body }) => (body as unknown as { input: string[] }).input);
	afterEach(async () => {
		setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "", OPENAI_EMBEDDING_MODEL: "" });
		for (const close of cleanups.splice(0)) await close();
	});

	it("finds passages without a term of the question, and never what customers may not read", async () => {
		await withEmbeddings(embeds);
		const query = "how do I get mine spotless";
		expect(await searchPassages(query, 3)).toEqual([]);
		await updatePassageEmbeddings();
		expect(slugs(await retrievePassages({ query, limit: 3 }))[0]).toBe("glarps");
		const cheaper = { query: "make it cheaper", limit: 9 };
		expect(slugs(await retrievePassages(cheaper))).not.toContain("glarps-inside");
		expect(slugs(await retrievePassages({ ...cheaper, readers: "agents" }))[0]).toBe("glarps-inside");
	});

	it("counts towards the day's cost, for passages and questions", async () => {
		const server = await withEmbeddings(embeds);
		await updatePassageEmbeddings();
		await retrievePassages({ query: "spotless", limit: 1 });
		const { OPENAI_EMBEDDING_MODEL: model = "" } = env();
		const [row] = await sql`select calls, prompt_tokens::int as tokens from ai_usage
			where purpose = 'embed' and model = ${model}`;
		expect(row).toEqual({ calls: server.requests.length, tokens: server.requests.length });
		expect(server.requests.length).toBeGreaterThan(1);
	});

	it("embeds each text once, in any process, and finds articles saved later", async () => {
		const server = await withEmbeddings(embeds);
		await Promise.all([updatePassageEmbeddings(), updatePassageEmbeddings()]);
		await retrievePassages({ query: "cheaper", limit: 1 });
		const before = textsOf(server.requests).length;
		await saveArticle({ slug: "blips", title: "Blips", body: "Blips stay shiny when vinegar is used." });
		await saveArticle({
			slug: "blips",
			title: "Blips",
			body: "Blips stay shiny when vinegar is used.",
			locale: "en-GB",
		});
		expect(await updatePassageEmbeddings()).toBe(1);
		expect(await updatePassageEmbeddings()).toBe(0);
		const texts = textsOf(server.requests);
		expect(texts).toHaveLength(before + 1);
		expect(new Set(texts).size).toBe(texts.length);
		expect(slugs(await retrievePassages({ query: "spotless", limit: 9 }))).toContain("blips");
	});

	it("retries after a refusal, and uses terms only when the provider fails", async () => {
		await withEmbeddings(fails(429, { headers: { "Retry-After": "0" } }), embeds);
		expect(await updatePassageEmbeddings()).toBeGreaterThan(0);
		await withEmbeddings(fails(500));
		expect(slugs(await retrievePassages({ query: "glarp vinegar", limit: 1 }))).toEqual(["glarps"]);
		const rows = await db.select({ claimed: passageVectors.claimedUntil }).from(passageVectors);
		expect(rows.every(({ claimed }) => claimed === null)).toBe(true);
	});
});

describe("importing", () => {
	it("hundreds of articles does not delay answers", async () => {
		const folder = await mkdtemp(join(tmpdir(), "mevi-kb-"));
		for (let i = 0; i < 300; i++) {
			await writeFile(
				join(folder, `zub-${i}.md`),
				`# Zub ${i}\n\nZub ${i} is kept in drawer ${i} of the hall.`,
			);
		}
		let isImporting = true;
		const importing = importKnowledge(folder).finally(() => {
			isImporting = false;
		});
		let answers = 0;
		while (isImporting) {
			expect(await ask("how often is a glarp rinsed with vinegar?")).toMatchObject({ answered: true });
			answers += 1;
		}
		expect(await importing).toMatchObject({ created: 300 });
		// If the import blocked the process, no question would be answered before the end of the import.
		expect(answers).toBeGreaterThan(2);
	}, 120_000);
});

describe("an unanswered question", () => {
	const identity = () => ({ visitorId: randomUUID(), customerId: null });
	async function post(message: string) {
		const customer = identity();
		const sessionId = await createEmptySession(customer, { locale: "en" });
		await postMessage(sessionId, { type: "customer", identity: customer }, { message });
		await answerSession(sessionId);
		await answerSession(sessionId);
	}

	it("is stored once for each turn, counted whatever its spelling, and without personal data", async () => {
		await post("Do you teach juggling? Write to ana@example.com");
		await post("do you teach JUGGLING?! write to bo@example.com");
		await post("how often is a glarp rinsed with vinegar?");
		const listed = await listUnanswered(10);
		expect(listed).toMatchObject([
			{ question: "Do you teach juggling? Write to [email]", times: 2, locale: "en" },
		]);
	});

	it("is not stored when it was asked outside a session", async () => {
		const before = await listUnanswered(10);
		await answerApiMessage(
			{ message: "Do you teach sword swallowing?", customerId: null, signal: new AbortController().signal },
			() => {},
		);
		expect(await listUnanswered(10)).toEqual(before);
	});

	it("is on the agents' page with its day, and articles with theirs, in the agent's own English", async () => {
		const agent = await asAgent("Mira Holt");
		await saveArticle({
			slug: "glarp-days",
			title: "Glarp days",
			body: "Glarps are half price.",
			validFrom: "2026-03-04",
			validUntil: "2031-10-05",
		});
		await sql`update unanswered_questions set last_at = '2026-01-02T23:00:00Z'`;
		const daysFor = async (languages: string) => {
			const headers = { ...agent.headers, "Accept-Language": languages };
			const page = await bodyOf<{
				questions: { lastDay: string; lastAt: string }[];
				articles: { slug: string; validDays: string | null }[];
			}>(await call(loader, get("/admin/knowledge", { headers })));
			const article = page.articles.find(({ slug }) => slug === "glarp-days");
			expect(page.articles.find(({ slug }) => slug === "glarps")?.validDays).toBeNull();
			expect(page.questions[0]?.lastAt).toBe("2026-01-02T23:00:00.000Z");
			return [page.questions[0]?.lastDay, article?.validDays];
		};
		const british = ["2 Jan 2026", "4 Mar 2026 to 5 Oct 2031"];
		const american = ["Jan 2, 2026", "Mar 4, 2026 to Oct 5, 2031"];
		expect(await daysFor("en-GB,en;q=0.9")).toEqual(british);
		expect(await daysFor("en_GB")).toEqual(british);
		expect(await daysFor("en-US,en-GB;q=0.9")).toEqual(american);
		expect(await daysFor("de-DE,de;q=0.9")).toEqual(american);
		expect((await daysFor("en-AU"))[0]).toMatch(/^2 Jan\.? 2026$/);
	});

	it("is on the agents' page until it is marked as done, and returns when it is asked again", async () => {
		const agent = await asAgent("Mira Holt");
		const page = async () =>
			await bodyOf<{ questions: { id: string }[]; articles: object[] }>(
				await call(loader, get("/admin/knowledge", agent)),
			);
		const { questions, articles: listed } = await page();
		expect(listed).toContainEqual(expect.objectContaining({ slug: "glarps-past", state: "over" }));
		expect(listed).toContainEqual(expect.objectContaining({ slug: "glarps-inside", isForAgents: true }));
		const id = questions[0]?.id ?? "";
		const stranger = await call(action, form("/admin/knowledge", { intent: "done", id }));
		expect(stranger.status).toBe(302);
		expect((await page()).questions).toHaveLength(1);
		const done = await call(action, form("/admin/knowledge", { intent: "done", id }, agent));
		expect(done.headers.get("Location")).toBe("/admin/knowledge");
		expect((await page()).questions).toEqual([]);
		await post("do you teach juggling write to cy@example.com");
		expect(await listUnanswered(10)).toMatchObject([{ times: 3 }]);
		await closeUnanswered(id, "ignored");
		await post("do you teach juggling write to cy@example.com");
		expect(await listUnanswered(10)).toEqual([]);
	});
});
