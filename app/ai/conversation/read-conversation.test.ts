import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod/v4";
import type { Utterance } from "#app/models/message/unanswered.server.ts";
import { seedProducts } from "#demo/seed/products.ts";
import { readConversation } from "./read-conversation.ts";

const ORDER_NUMBERS: Record<string, string> = { shipped: "W2611340", delivered: "W2611341" };
const conversations = z
	.array(
		z.looseObject({
			turns: z.array(z.string()).min(2),
			language: z.string().default("en"),
			topic: z.object({ article: z.string(), product: z.string(), order: z.string() }).partial(),
			leans: z.boolean(),
			has: z.array(z.string()).default([]),
			lacks: z.array(z.string()).default([]),
		}),
	)
	.parse(parse(readFileSync("tests/judging/conversations.yaml", "utf8")));

/** The answer of the assistant about a topic, as it is read from the database. */
function answerAbout({ article, product, order }: (typeof conversations)[number]["topic"]): Utterance {
	const source = (id: string, title: string, url: string) => ({ id, title, url, quote: "", score: 1 });
	const name = seedProducts.find(({ slug }) => slug === product)?.name;
	return {
		role: "assistant",
		text: order ? `Order ${ORDER_NUMBERS[order]} is on its way.` : "An answer.",
		...(article ? { sources: [source("1", article, `/help/${article}#heading`)] } : {}),
		...(product && name ? { sources: [source(product, name, `/products/${product}`)] } : {}),
		...(order ? { orders: [ORDER_NUMBERS[order] ?? ""] } : {}),
	};
}

const read = ({
	turns,
	language,
	topic,
}: Pick<(typeof conversations)[number], "turns" | "language" | "topic">) => {
	const said = turns.map((turn) =>
		turn.replace(/\{(\w+)\}/g, (_, name: string) => ORDER_NUMBERS[name] ?? ""),
	);
	const history = said
		.slice(0, -1)
		.flatMap((text): Utterance[] => [{ role: "customer", text }, answerAbout(topic)]);
	return readConversation({ question: said.at(-1) ?? "", history, language });
};

describe("a question in a conversation", () => {
	it.each(conversations.map((one) => [one.turns.join(" / "), one] as const))("%s", (_, conversation) => {
		const { topic, leans, has, lacks } = conversation;
		const result = read(conversation);
		expect(result.leans).toBe(leans);
		const text = result.searchText.toLowerCase();
		for (const word of has) expect(text).toContain(word);
		for (const word of lacks) expect(text).not.toContain(word);
		if (leans && topic.article) expect(result.article).toBe(topic.article);
		if (leans && topic.order) expect(result.order).toBe(ORDER_NUMBERS[topic.order]);
		if (leans && topic.product && has.length === 0) expect(result.product).toBe(topic.product);
	});

	it("reads nothing into a first question, thanks, an idiom or a long story", () => {
		const history: Utterance[] = [
			{ role: "customer", text: "how much is shipping to norway" },
			answerAbout({ article: "international-shipping" }),
		];
		const story =
			"I bought a lamp for my aunt last week and she says that it flickers whenever she turns on the kettle";
		for (const question of ["thanks", "ok bye", "what time is it", "how are you", story]) {
			expect(readConversation({ question, history, language: "en" }).leans, question).toBe(false);
		}
		expect(readConversation({ question: "and for chairs?", history: [], language: "en" }).leans).toBe(false);
	});

	it("chooses from the products and orders of the last answer", () => {
		const source = (id: string) => ({ id, title: `Name ${id}`, url: `/products/${id}`, quote: "", score: 1 });
		const products: Utterance[] = [
			{ role: "customer", text: "what lamps do you have" },
			{ role: "assistant", text: "Two.", sources: [source("a"), source("b")] },
		];
		const second = { question: "how tall is the second one", history: products, language: "en" };
		expect(readConversation(second)).toMatchObject({ leans: true, product: "b" });
		const cheaper = { question: "which one is cheaper", history: products, language: "en" };
		expect(readConversation(cheaper)).toMatchObject({ leans: true, product: null });

		const orders: Utterance[] = [
			{ role: "customer", text: "cancel my order" },
			{ role: "assistant", text: "Which order shall I cancel: W2611340 or W2611341?" },
		];
		const named = { question: "W2611341 please", history: orders, language: "en" };
		expect(readConversation(named)).toMatchObject({ leans: true, searchText: "cancel my order W2611341" });
		const last = { question: "the last one", history: orders, language: "en" };
		expect(readConversation(last)).toMatchObject({
			leans: true,
			searchText: "cancel my order W2611341",
			order: "W2611341",
		});
	});

	it("knows what is about orders before the customer has signed in", () => {
		const history: Utterance[] = [
			{ role: "customer", text: "where is my order" },
			{ role: "assistant", text: "Sign in and I'll look it up.", orders: [] },
		];
		for (const question of ["when will it get here?", "has it shipped", "W2611340"])
			expect(readConversation({ question, history, language: "en" }).leans, question).toBe(true);
		const other = [...history.slice(0, 1), { ...history[1]!, orders: ["W2611340"] }];
		expect(
			readConversation({ question: "and the other one?", history: other, language: "en" }),
		).toMatchObject({
			leans: true,
			order: null,
		});
		const money = { question: "i want my money back", history: other, language: "en" };
		expect(readConversation(money)).toMatchObject({ leans: true, order: "W2611340" });
	});

	it("keeps a topic when the answer between has none", () => {
		const history: Utterance[] = [
			{ role: "customer", text: "how wide is the ravn shelf" },
			answerAbout({ product: "ravn-shelf" }),
			{ role: "customer", text: "is it insured" },
			{ role: "assistant", text: "I can't find an answer to that." },
		];
		const question = { question: "and how high is it?", history, language: "en" };
		expect(readConversation(question)).toMatchObject({ leans: true, product: "ravn-shelf" });
	});
});
