import { beforeAll, describe, expect, it } from "vitest";
import { answerSession } from "#app/ai/reply.server.ts";
import { setEnv } from "#app/env.server.ts";
import { db } from "#db/client.server.ts";
import { orders } from "#db/schema.ts";
import { makeSession, messagesOf } from "#tests/factories.ts";
import { asCustomer, type TestCustomer } from "#tests/people.ts";

const PENDING = "W7100001";
const DELIVERED = "W7100002";
let customer: TestCustomer;

beforeAll(async () => {
	setEnv({ RATE_LIMITS: "off" });
	const made = await asCustomer();
	customer = made;
	const items = [{ name: "Tin whistle", productId: "p", itemId: "i", priceCents: 2_000, options: {} }];
	const placedAt = new Date(Date.now() - 20 * 86_400_000);
	await db.insert(orders).values([
		{ number: PENDING, customerId: made.customerId, status: "pending", items, totalCents: 2_000 },
		{
			number: DELIVERED,
			customerId: made.customerId,
			status: "cancelled",
			items,
			totalCents: 2_000,
			placedAt,
		},
	]);
});

async function answerTo(question: string): Promise<{ text: string; offered: unknown[] }> {
	const sessionId = await makeSession(customer.identity, question);
	await answerSession(sessionId);
	const messages = await messagesOf(sessionId);
	const offered = messages.flatMap(({ metadata }) => metadata.proposal ?? []);
	return { text: messages.find(({ senderType }) => senderType === "bot")?.message ?? "", offered };
}

describe("a fault of something that has arrived", () => {
	it.each([
		"I bought a vase and it arrived broken",
		"my order arrived damaged",
		"one item is missing in my order",
		"i received the wrong item in my order",
		"the box of my parcel was torn when it arrived",
	])("is not answered with where the order is: %s", async (question) => {
		expect((await answerTo(question)).text).not.toContain(PENDING);
	});

	it.each(["where is my order", "my parcel has not arrived", "is my order late"])(
		"is not read into: %s",
		async (question) => {
			expect((await answerTo(question)).text).toContain(PENDING);
		},
	);
});

describe("a request for the orders", () => {
	it.each([
		"List my orders",
		"list all my orders",
		"LIST ORDERS",
		"show orders",
		"order list",
		"orders list please",
		"my orders please",
		"orders?",
		"orders",
		"all my orders",
		"order history",
		"list my open orders",
		"open orders",
		"display all orders",
		"give me a list of my orders",
		"send me a list of my orders",
		"could you show me all the orders I have made",
		"what orders do I have",
		"which orders do i have",
		"what are my orders?",
		"how many orders do I have",
		"do I have any orders",
		"can I see my orders",
		"I'd like to see my orders",
		"see all my purchases",
		"don't cancel anything, list my orders",
		"list my cancelled orders",
		"zeig mir meine Bestellungen",
		"montre-moi mes commandes",
		"muéstrame mis pedidos",
		"i miei ordini",
		"quero ver os meus pedidos",
		"toon mijn bestellingen",
		"pokaż moje zamówienia",
		"siparişlerimi göster",
		"أرني طلباتي",
		"ההזמנות שלי",
	])("is answered with them, without a proposal: %j", async (question) => {
		const { text, offered } = await answerTo(question);
		expect(text).toContain(PENDING);
		expect(text).not.toMatch(/I can cancel|shall I cancel|confirm it below|take order .* back/);
		expect(offered).toEqual([]);
	});
});

it.each([
	"I do not want to cancel my order",
	"did you cancel my order?",
	"was my order cancelled?",
	"why has my order been cancelled",
	"what is my order",
	"order",
	"list products",
	"my order is for my mother",
	"I want to order a list of things",
	"print my orders",
])("proposes nothing to a customer who requests nothing: %j", async (question) => {
	const { text, offered } = await answerTo(question);
	expect(text).not.toMatch(/I can cancel|shall I cancel|take order .* back/);
	expect(offered).toEqual([]);
});

it.each([
	"cancel my order",
	"please cancel my order",
	"can you cancel my order",
	"I want to cancel my last order",
	"cancle my order",
	"canel my order pls",
	"call off my order",
	"stop my order",
	"undo my order",
	"I changed my mind about my order, cancel it",
	"i no longer need my order",
])("proposes to cancel the pending order to a customer who requests that: %j", async (question) => {
	const { text, offered } = await answerTo(question);
	expect(text).toBe(`I can cancel order ${PENDING} for you. Please confirm it below.`);
	expect(offered).toHaveLength(1);
});
