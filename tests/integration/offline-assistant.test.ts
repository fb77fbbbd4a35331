import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Answer, AnswerRequest } from "#app/ai/answer.ts";
import { embedMissingPassages } from "#app/ai/embeddings.server.ts";
import { answerOffline } from "#app/ai/offline/answer.server.ts";
import { getArticle, saveArticle, searchPassages } from "#app/models/article/article.server.ts";
import { searchProducts } from "#app/models/product/search.server.ts";
import { db } from "#db/client.server.ts";
import { customers, orders, products, productVariants } from "#db/schema.ts";
import { withQuestionAnalysis } from "#tests/setup/analysed.ts";

/**
 * Fictional articles: none is from the demo store. The test questions do not copy the text of the article that
 * answers them.
 */
beforeAll(async () => {
	await saveArticle({
		slug: "zorblat-filter",
		title: "Zorblat filter cleaning schedule",
		body: "The filter of the Zorblat wants rinsing every six weeks under cold running water. Let it dry for a day before you put it back.\n\n## Replacing it\n\nAfter eight rinses the filter is worn out. Order a new one under part number Z-12.",
	});
	await saveArticle({
		slug: "sending-back",
		title: "Returns",
		body: "Unused goods may be returned within 45 days of delivery. However, seeds and bulbs cannot come back.\n\n## Who pays\n\nThe label is free of charge. We deduct nothing.",
	});
	await saveArticle({
		slug: "delivery",
		title: "Delivery",
		body: "Parcels arrive in 2 to 4 working days. Postage is 4.90 below 80 dollars.",
	});
	await db.insert(products).values([
		{
			id: "p1",
			slug: "quibbler-kettle",
			name: "Quibbler Kettle",
			details: { Width: "17 cm", Material: "enamelled steel" },
		},
		{ id: "p2", slug: "plain-teapot", name: "Plain Teapot", description: "A teapot of white porcelain." },
	]);
	await db.insert(productVariants).values([
		{
			id: "v1",
			productId: "p1",
			options: { color: "teal" },
			priceCents: 4_999,
			available: true,
			stock: 4,
			position: 0,
		},
		{
			id: "v2",
			productId: "p1",
			options: { color: "black" },
			priceCents: 5_999,
			available: false,
			stock: 0,
			position: 1,
		},
		{ id: "v3", productId: "p2", options: {}, priceCents: 3_000, available: false, position: 0 },
	]);
	await db.insert(customers).values([
		{ id: "ines_vale_1", name: "Ines Vale", email: "ines@example.com" },
		{ id: "omar_reed_2", name: "Omar Reed", email: "omar@example.com" },
		{ id: "new_here_3", name: "New Here", email: "new@example.com" },
	]);
	const item = {
		name: "Quibbler Kettle",
		productId: "p1",
		itemId: "v1",
		priceCents: 4_999,
		options: { color: "teal" },
	};
	await db.insert(orders).values([
		{
			number: "W7654321",
			customerId: "ines_vale_1",
			status: "processed",
			items: [item],
			shipments: [{ trackingIds: ["998877665544"], itemIds: ["v1"] }],
			totalCents: 4_999,
		},
		{ number: "W7000001", customerId: "ines_vale_1", status: "delivered", items: [item], totalCents: 4_999 },
		{
			number: "W1112223",
			customerId: "omar_reed_2",
			status: "pending",
			items: [{ ...item, name: "Plain Teapot" }],
			totalCents: 3_000,
			expectedOn: "2031-03-14",
		},
	]);
});

// As after an import, every passage has its embedding.
beforeEach(async () => {
	await embedMissingPassages();
});

async function ask(question: string, rest: Partial<AnswerRequest> = {}): Promise<Answer> {
	const pieces: string[] = [];
	const request = { question, history: [], customerId: null, customerName: null, locale: "en", ...rest };
	const answer = await withQuestionAnalysis(answerOffline)(
		{ ...request, signal: rest.signal ?? new AbortController().signal },
		(piece) => pieces.push(piece),
	);
	expect(pieces.join("")).toBe(answer.text);
	expect(answer.text).not.toMatch(/!/);
	expect(answer.model).toBeNull();
	return answer;
}

describe("answers from articles", () => {
	it.each([
		["how often must I clean the zorblat's filter", /every six weeks/],
		["How frequently should the Zorblat's filter be washed?", /every six weeks/],
		["when should the zorblat's filter be swapped", /eight rinses/],
		["how oftn shuld I rinse the zorblat fliter", /every six weeks/],
	])("contain the right sentences and their source: %j", async (question, words) => {
		const answer = await ask(question);
		expect(answer).toMatchObject({
			answered: true,
			escalate: { needed: false, reason: null },
			language: "en",
		});
		expect(answer.text).toMatch(words);
		expect(answer.text.length).toBeLessThan(450);
		expect(answer.sources[0]).toMatchObject({ title: "Zorblat filter cleaning schedule" });
		expect(answer.sources[0]?.url).toMatch(/^\/help\/zorblat-filter(#replacing-it)?$/);
		expect(answer.text).toContain(answer.sources[0]?.quote);
	});

	it("apply a rule of the store to an item that the rule does not name", async () => {
		const answer = await ask("can I send the teapot back?");
		expect(answer.text).toMatch(/45 days/);
		expect(answer.sources[0]?.url).toBe("/help/sending-back");
	});

	it("quote an exception with its rule", async () => {
		expect((await ask("how many days do I have to return something")).text).toMatch(/seeds and bulbs/);
	});

	it("find the question inside a longer story", async () => {
		const answer = await ask(
			"Hello there. My aunt gave me one of these last spring and I rather love it. How often should I clean the zorblat filter? Thanks.",
		);
		expect(answer.text).toMatch(/every six weeks/);
	});

	it("read a short question together with the previous one", async () => {
		const answer = await ask("and how long does it take?", {
			history: [
				{ role: "customer", text: "how much is delivery" },
				{ role: "assistant", text: "Postage is 4.90 below 80 dollars." },
			],
		});
		expect(answer.text).toMatch(/2 to 4 working days/);
	});

	it.each(["does the zorblat come in red", "how much does the zorblat weigh"])(
		"offer an article that shares one word with %j as a guess",
		async (question) => {
			const answer = await ask(question);
			expect(answer).toMatchObject({ answered: false, escalate: { needed: false } });
			expect(answer.text).toMatch(/Did you mean “Zorblat filter cleaning schedule”\?.* talk to a person/);
			expect(answer.sources).toMatchObject([{ title: "Zorblat filter cleaning schedule" }]);
		},
	);

	it("quote an article that was offered as a guess when the customer says yes", async () => {
		const question = "does the zorblat come in red";
		const { text, sources } = await ask(question);
		const history: AnswerRequest["history"] = [
			{ role: "customer", text: question },
			{ role: "assistant", text, sources },
		];
		const answer = await ask("yes please", { history });
		expect(answer).toMatchObject({
			answered: true,
			sources: [{ title: "Zorblat filter cleaning schedule" }],
		});
		expect(answer.text).toMatch(/filter/);
		expect((await ask("no", { history })).answered).toBe(false);
	});

	it.each([
		"what is the capital of France",
		"can you write me a poem about returning home",
		"is the Plain Teapot suitable for induction hobs",
		"do you sell garden gnomes",
	])("decline %j and offer an agent", async (question) => {
		const answer = await ask(question);
		expect(answer).toMatchObject({ answered: false, sources: [], escalate: { needed: false } });
		expect(answer.text).toMatch(/I can't find an answer to that\. Would you like to talk to a person\?/);
	});

	it("do not fail on an empty or odd question", async () => {
		for (const question of ["?", "' | & ! ( <->", "\\", "%_", "🙂🙂", "the of and", "a".repeat(9_000)]) {
			expect((await ask(question)).sources).toEqual([]);
		}
	});

	it("do not contain the old text of an article that was saved again", async () => {
		await saveArticle({ slug: "wombles", title: "Wombles", body: "Wombles eat clover." });
		expect(await searchPassages("what do wombles eat", 1)).toMatchObject([{ slug: "wombles", coverage: 1 }]);
		const again = await saveArticle({ slug: "wombles", title: "Gnargs", body: "Gnargs sleep." });
		expect(again.outcome).toBe("updated");
		expect(await searchPassages("wombles", 3)).toEqual([]);
		expect(await getArticle("wombles")).toMatchObject({ title: "Gnargs" });
		expect(await getArticle("nowhere")).toBeNull();
	});
});

describe("the passage of an article", () => {
	beforeAll(async () => {
		await saveArticle({
			slug: "glimmer-passes",
			title: "Glimmer passes",
			body: "This page is about glimmer passes in general.\n\n## Buying one\nA glimmer pass is sold at the desk, for one person or for two.\n\n## Prices\nA pass is $31 for adults and $12 for children.\n\n## How long it is valid\nIt can be used for nine months.\n\n## If a pass is lost\nTell us the name on the glimmer pass. We look into it within 2 days and block it.",
		});
	});

	it.each([
		["how much does a glimmer pass cost", /\$31/, "prices"],
		["how long is a glimmer pass valid?", /nine months/, "how-long-it-is-valid"],
		["I lost my glimmer pass", /block it/, "if-a-pass-is-lost"],
	])("answers %j in the requested form", async (question, words, anchor) => {
		const answer = await ask(question);
		expect(answer.text).toMatch(words);
		expect(answer.sources[0]?.url).toBe(`/help/glimmer-passes#${anchor}`);
	});

	it.each([
		"how much does a glimmer pass cost and how do i return something?",
		"how much does a glimmer pass cost\nhow do i return something",
	])("answers both questions of a message, each with its source: %j", async (question) => {
		const { text, sources } = await ask(question);
		expect(sources.map(({ url }) => url.split("#")[0])).toEqual([
			"/help/glimmer-passes",
			"/help/sending-back",
		]);
		expect(text).toMatch(/\$31[\s\S]*\n\n\*\*/);
		for (const { quote } of sources) expect(text).toContain(quote);
	});

	it("names the question of a message that no article answers", async () => {
		const { text, sources } = await ask(
			"how much does a glimmer pass cost and do you teach underwater basketry?",
		);
		expect(sources).toHaveLength(1);
		expect(text).toMatch(/\$31/);
		expect(text).toMatch(/About “do you teach underwater basketry”: I did not find that\.$/);
	});

	it("quotes several sections for a general question", async () => {
		expect((await ask("do you have glimmer passes")).text).toMatch(/sold at the desk/);
	});
});

describe("answers from the catalogue", () => {
	it.each([
		["how wide is the quibbler kettle?", /17 cm/],
		["how much is the Quibbler kettle", /\$49\.99 to \$59\.99/],
		["is the quibbler kettle in stock in black", /black: sold out/],
		["what is the Quibbler made of", /enamelled steel/],
		["which colours does the quibbler kettle come in", /teal and black/],
		["is the plain teapot available", /sold out/],
		["how wide is the quibler ketle", /17 cm/],
	])("contain the product's facts: %j", async (question, words) => {
		const answer = await ask(question);
		expect(answer.answered).toBe(true);
		expect(answer.text).toMatch(words);
		expect(answer.sources[0]?.url).toMatch(/^\/products\/(quibbler-kettle|plain-teapot)$/);
	});

	it("name similar products too", async () => {
		const [found] = await searchProducts("teapot", 3);
		expect(found).toMatchObject({ slug: "plain-teapot", url: "/products/plain-teapot" });
		expect(found?.variants[0]?.priceCents).toBe(3_000);
	});
});

describe("answers about the customer's orders", () => {
	it.each(["where is my order #W7654321?", "status of w7654321", "7654321"])(
		"state the facts: %j",
		async (question) => {
			const answer = await ask(question, { customerId: "ines_vale_1" });
			expect(answer.answered).toBe(true);
			expect(answer.text).toMatch(/W7654321 has been processed/);
			expect(answer.text).toContain("998877665544");
		},
	);

	it("are the same for another customer's order and one that does not exist", async () => {
		const foreign = await ask("where is my order #W1112223", { customerId: "ines_vale_1" });
		const invented = await ask("where is my order #W9999999", { customerId: "ines_vale_1" });
		expect(foreign.text).toBe(invented.text);
		expect(foreign.text).toMatch(/no such order in your account/);
		expect(foreign.text).not.toMatch(/pending|Teapot|2031|Omar/);
	});

	it.each(["where is my order #W7654321", "where is my order?", "cancel W7654321"])(
		"ask an anonymous customer to sign in: %j",
		async (question) => {
			const answer = await ask(question);
			expect(answer.text).toMatch(/sign in/i);
			expect(answer.text).not.toMatch(/processed|Kettle|998877665544/);
		},
	);

	it("describe the open order when no number is given, and list all on request", async () => {
		const latest = await ask("Has my package been shipped yet?", { customerId: "ines_vale_1" });
		expect(latest.text).toContain("W7654321");
		expect(latest.text).not.toContain("W7000001");
		const all = await ask("show me my orders", { customerId: "ines_vale_1" });
		expect(all.text).toContain("W7654321");
		expect(all.text).toContain("W7000001");
		expect((await ask("where is my order", { customerId: "omar_reed_2" })).text).toMatch(
			/expected on 14 March 2031/,
		);
		expect((await ask("where is my order", { customerId: "new_here_3" })).text).toMatch(
			/no orders in your account/,
		);
	});

	it("change nothing, but state the facts and offer an agent", async () => {
		const answer = await ask("please cancel order W1112223", { customerId: "omar_reed_2" });
		expect(answer.text).toMatch(
			/received order W1112223.*can't cancel it myself.*Would you like to talk to a person\?/s,
		);
		const late = await ask("cancel W7654321", { customerId: "ines_vale_1" });
		expect(late.text).toMatch(/no longer pending/);
	});
});

describe("agents and small talk", () => {
	it("escalates on request, and when the customer accepts the offer", async () => {
		const called = { answered: true, escalate: { needed: true, reason: "requested" } };
		expect(await ask("can I talk to a real person please")).toMatchObject(called);
		const declined = await ask("what is the capital of France");
		const history: AnswerRequest["history"] = [{ role: "assistant", text: declined.text }];
		expect(await ask("yes please", { history })).toMatchObject(called);
		expect(await ask("no thanks", { history })).toMatchObject({ escalate: { needed: false } });
		expect(await ask("yes please")).toMatchObject({ escalate: { needed: false } });
	});

	it("greets, thanks and says goodbye in one line, and says that it is an assistant", async () => {
		expect(await ask("hello")).toMatchObject({ intent: "greeting", answered: true });
		expect(await ask("thank you so much")).toMatchObject({ intent: "thanks", answered: true });
		expect(await ask("bye")).toMatchObject({ intent: "goodbye", answered: true });
		expect((await ask("are you a human?")).text).toMatch(/not a person/);
	});

	it("stops at once when the turn is superseded", async () => {
		const superseded = new AbortController();
		const pieces: string[] = [];
		const request = { question: "hello", history: [], customerId: null, customerName: null, locale: "en" };
		const answering = withQuestionAnalysis(answerOffline)(
			{ ...request, signal: superseded.signal },
			(piece) => {
				pieces.push(piece);
				if (pieces.length === 2) superseded.abort();
			},
		);
		await expect(answering).rejects.toThrow(/abort/i);
		expect(pieces).toHaveLength(2);
	});
});

describe("while only some passages have embeddings", () => {
	// The embeddings of an imported article are made within a minute; until then search finds the article by its terms.
	it("lists the products of a kind, even if an article contains all words of the question", async () => {
		await saveArticle({
			slug: "teapots",
			title: "Teapots",
			body: "Do you have one of our teapots? Rinse it with warm water before the first use.",
		});
		const answer = await ask("which teapots do you have");
		expect(answer).toMatchObject({ answered: true, cards: [{ kind: "product", name: "Plain Teapot" }] });
	});

	it("answers from an article that was saved a moment ago", async () => {
		await saveArticle({
			slug: "knorf-filter",
			title: "Knorf filter care",
			body: "Wipe the filter of the Knorf with a soft cloth once a month.",
		});
		const question = "how often must I clean the knorf's filter";
		const before = await ask(question);
		expect(before).toMatchObject({ answered: true, text: expect.stringContaining("once a month") });
		expect(await embedMissingPassages()).toBeGreaterThan(0);
		expect((await ask(question)).text).toBe(before.text);
	});
});
