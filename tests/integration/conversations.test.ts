import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod/v4";
import type { Utterance } from "#app/ai/answer.ts";
import { answerOutsideSession } from "#app/ai/api-answer.server.ts";
import { embedMissingPassages } from "#app/ai/embeddings.server.ts";
import { createSeedOrders } from "#demo/seed/orders.ts";
import { seedDemoStore } from "#demo/seed/seed-demo-store.ts";

/**
 * Minimum share of last turns with the right answer, a little below the measured share. A lower result is a regression.
 */
const MIN_RIGHT = 0.8;
const ANSWER_TIMEOUT_MS = 30_000;
/** Embedding the demo articles takes some minutes on a busy machine. */
const TEST_TIMEOUT_MS = 600_000;
const AT_ONCE = 8;
/** A customer of the demo store whose orders are on their way, delivered and refunded. */
const CUSTOMER = { customerId: "noor_haddad", customerName: "Noor Haddad" };

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const conversation = z.looseObject({
	turns: z.array(z.string()).min(2),
	language: z.string().default("en"),
	article: texts.optional(),
	product: z.string().optional(),
	order: z.enum(["shipped", "delivered"]).optional(),
	keywords: z.array(z.string()).default([]),
});
type JudgedConversation = z.infer<typeof conversation>;
const conversations = z
	.array(conversation)
	.parse(parse(readFileSync("tests/judging/conversations.yaml", "utf8")));

const orderNumbers = Object.fromEntries(
	createSeedOrders(new Date())
		.filter(({ customerId }) => customerId === CUSTOMER.customerId)
		.map(({ status, number }) => [status, number]),
);

/** Has the conversation with the assistant. @returns what is wrong with the last answer; null when it is right. */
async function judge({ turns, language, article, product, order, keywords }: JudgedConversation) {
	const history: Utterance[] = [];
	let last = null as Awaited<ReturnType<typeof answerOutsideSession>> | null;
	for (const turn of turns) {
		const question = turn.replace(/\{(\w+)\}/g, (_, status: string) => orderNumbers[status] ?? "");
		const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
		last = await answerOutsideSession(
			{ question, history: [...history], ...CUSTOMER, locale: language, signal },
			() => {},
			{ skipCache: true },
		);
		history.push({ role: "customer", text: question });
		history.push({ role: "assistant", text: last.text, sources: last.sources });
	}
	const { text = "", sources = [] } = last ?? {};
	const urls = sources.map(({ url }) => url.split("#")[0]);
	const isFromSource = order
		? text.includes(orderNumbers[order] ?? "")
		: urls.includes(`/products/${product}`) || article?.some((slug) => urls.includes(`/help/${slug}`));
	if (isFromSource && keywords.every((keyword) => text.includes(keyword))) return null;
	return `${turns.join(" / ")}: ${text} (${urls.join(", ")})`;
}

describe("a conversation with the demo store", () => {
	beforeAll(async () => {
		await seedDemoStore();
		await embedMissingPassages();
	}, TEST_TIMEOUT_MS);

	it("has the right last answer", { timeout: TEST_TIMEOUT_MS }, async () => {
		const judged: (string | null)[] = [];
		for (let at = 0; at < conversations.length; at += AT_ONCE)
			judged.push(...(await Promise.all(conversations.slice(at, at + AT_ONCE).map(judge))));
		const wrong = judged.filter((result) => result !== null);
		expect(1 - wrong.length / judged.length, wrong.join("\n")).toBeGreaterThanOrEqual(MIN_RIGHT);
	});
});
