import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, expect, it } from "vitest";
import { answerSession } from "#app/ai/reply.server.ts";
import { loader as messagesLoader } from "#app/routes/api/messages.ts";
import { loader } from "#app/routes/api/openapi.ts";
import { action as sessionsAction, loader as sessionsLoader } from "#app/routes/api/sessions.ts";
import { db } from "#db/client.server.ts";
import { orders, products, productVariants } from "#db/schema.ts";
import { makeSession } from "#tests/factories.ts";
import { asCustomer } from "#tests/people.ts";

type Document = {
	openapi: string;
	paths: Record<
		string,
		Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>
	>;
	components: { schemas: Record<string, object> };
};

let document: Document;
beforeAll(async () => {
	document = (await loader().json()) as Document;
});

function validate(schema: object, value: unknown) {
	const ajv = new Ajv2020({ strict: false, formats: { uuid: true } });
	const check = ajv.compile({ ...schema, components: document.components });
	return check(value) ? null : check.errors;
}

const schemaOf = (path: string, method: string, status: string) => {
	const content = document.paths[path]?.[method]?.responses[status]?.content ?? {};
	return Object.values(content)[0]?.schema ?? {};
};

it("describes every URL of the API", () => {
	expect(document.openapi).toBe("3.1.0");
	expect(Object.keys(document.paths)).toEqual([
		"/api/chat/sessions",
		"/api/chat/messages",
		"/api/chat/ai-response",
		"/chat/events",
	]);
});

it("describes the server's real responses and errors", async () => {
	const post = new Request("http://localhost/api/chat/sessions", {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: "{}",
	});
	const opened = await (await sessionsAction({ request: post, params: {}, context: {} })).json();
	expect(validate(schemaOf("/api/chat/sessions", "post", "201"), opened)).toBeNull();

	const headers = { Authorization: `Bearer ${opened.token}` };
	const list = new Request("http://localhost/api/chat/sessions", { headers });
	const page = await (await sessionsLoader({ request: list, params: {}, context: {} })).json();
	expect(page.sessions).toHaveLength(1);
	expect(validate(schemaOf("/api/chat/sessions", "get", "200"), page)).toBeNull();

	const nobody = new Request("http://localhost/api/chat/sessions");
	const refused = await (await sessionsLoader({ request: nobody, params: {}, context: {} })).json();
	expect(validate(schemaOf("/api/chat/sessions", "get", "default"), refused)).toBeNull();
	expect(validate(schemaOf("/api/chat/sessions", "get", "200"), refused)).not.toBeNull();
});

it("describes the cards of an answer, which list the products and orders that its text names", async () => {
	await db.insert(products).values([
		{ id: "yurt", slug: "yurt-lantern", name: "Yurt Lantern", category: "Lanterns", illustration: "lamp" },
		{ id: "quay", slug: "quay-lantern", name: "Quay Lantern", category: "Lanterns" },
	]);
	await db.insert(productVariants).values([
		{ id: "yurt-1", productId: "yurt", options: { colour: "Red" }, priceCents: 2_500, available: true },
		{ id: "yurt-2", productId: "yurt", options: { colour: "Blue" }, priceCents: 2_900, available: false },
		{ id: "quay-1", productId: "quay", options: {}, priceCents: 1_900, available: true },
	]);
	const customer = await asCustomer();
	const items = [
		{ name: "Quay Lantern", productId: "quay", itemId: "quay-1", priceCents: 1_900, options: {} },
	];
	const placedAt = new Date("2026-03-14T10:00:00Z");
	await db.insert(orders).values(
		["W8100001", "W8100002"].map((number) => ({
			number,
			customerId: customer.customerId,
			status: "shipped",
			items,
			totalCents: 1_900,
			placedAt,
		})),
	);
	const cardsOf = async (question: string) => {
		const sessionId = await makeSession(customer.identity, question);
		await answerSession(sessionId);
		const request = new Request(`http://localhost/api/chat/messages?sessionId=${sessionId}`, {
			headers: { Authorization: `Bearer ${customer.token}` },
		});
		const page = await (await messagesLoader({ request, params: {}, context: {} })).json();
		expect(validate(schemaOf("/api/chat/messages", "get", "200"), page)).toBeNull();
		const answer = page.messages.at(-1);
		for (const card of answer.metadata.cards) expect(answer.message).toContain(card.name ?? card.number);
		return answer.metadata.cards;
	};
	expect(await cardsOf("what lanterns do you have, cheapest first")).toEqual([
		{
			kind: "product",
			id: "quay",
			name: "Quay Lantern",
			url: "/products/quay-lantern",
			priceCents: { from: 1_900, to: 1_900 },
			currency: "USD",
			availability: "in-stock",
		},
		{
			kind: "product",
			id: "yurt",
			name: "Yurt Lantern",
			url: "/products/yurt-lantern",
			priceCents: { from: 2_500, to: 2_900 },
			currency: "USD",
			availability: "partly-in-stock",
			illustration: "lamp",
		},
	]);
	expect(await cardsOf("list my orders")).toEqual(
		["W8100002", "W8100001"].map((number) => ({
			kind: "order",
			number,
			status: "shipped",
			totalCents: 1_900,
			currency: "USD",
			placedOn: "2026-03-14",
		})),
	);
	const wrong = { messages: [{ metadata: { cards: [{ kind: "product" }] } }], next: null };
	expect(validate(schemaOf("/api/chat/messages", "get", "200"), wrong)).not.toBeNull();
});
