import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createModelAnswerer } from "#app/ai/openai.server.ts";
import { answerSession } from "#app/ai/reply.server.ts";
import { setEnv } from "#app/env.server.ts";
import { getLatestTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { ANALYSED_CHARACTERS } from "#app/models/message/analysed-part.ts";
import { readUnansweredQuestion } from "#app/models/message/unanswered.server.ts";
import { db } from "#db/client.server.ts";
import { assistantActions, customers, orders } from "#db/schema.ts";
import { makeSession, messagesOf, sessionRow } from "#tests/factories.ts";
import { withQuestionAnalysis } from "#tests/setup/analysed.ts";
import {
	callsTools,
	type OpenAiServer,
	type Reply,
	startOpenAiServer,
	streamsText,
	writeChunk,
	writeData,
} from "#tests/setup/openai-server.ts";

const CUSTOMER = { visitorId: randomUUID(), customerId: "runa_1" };
let provider: OpenAiServer | null = null;

beforeAll(async () => {
	setEnv({ RATE_LIMITS: "off" });
	await db.insert(customers).values({ id: CUSTOMER.customerId, name: "Runa", email: "runa@example.com" });
	const item = { name: "Lamp", productId: "l", itemId: "l1", priceCents: 900, options: {} };
	await db.insert(orders).values({
		number: "W7300001",
		customerId: CUSTOMER.customerId,
		status: "pending",
		items: [item],
		totalCents: 900,
	});
});
afterEach(async () => {
	await provider?.close();
	provider = null;
	setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "", OPENAI_MODEL: "" });
});

async function withModel(...script: [Reply, ...Reply[]]): Promise<OpenAiServer> {
	provider = await startOpenAiServer(...script);
	setEnv({ OPENAI_API_KEY: "test-key", OPENAI_BASE_URL: provider.url, OPENAI_MODEL: "large-1" });
	return provider;
}

/** Asks a question in a new session. @returns the messages and the turn. */
async function ask(question: string) {
	const sessionId = await makeSession(CUSTOMER, question);
	await answerSession(sessionId);
	const said = (await messagesOf(sessionId)).filter(({ senderType }) => senderType === "bot");
	return { sessionId, said, turn: await getLatestTurn(sessionId) };
}

const ODD_TEXT = "be\0cause \ud800of it";

describe("a model that writes characters that Postgres cannot store", () => {
	it("proposes an action without those characters, and is not asked again", async () => {
		const cancel = { name: "request_cancellation", arguments: { number: "W7300001", reason: ODD_TEXT } };
		await withModel(callsTools([cancel]), streamsText("Please confirm on the card."));
		const { sessionId, said, turn } = await ask("cancel my order W7300001 please");
		expect(said.map(({ message }) => message.split("\n")[0])).toEqual([
			"Please confirm on the card.",
			"Cancel order W7300001?",
		]);
		expect(turn?.fence).toBe(1);
		const [action] = await db.select().from(assistantActions);
		expect(action?.arguments.reason).toBe("because \ufffdof it");
		expect((await sessionRow(sessionId)).status).toBe("assistant");
	});

	it("finds nothing with them, and still answers", async () => {
		const looks = [
			{ name: "get_order", arguments: { number: "W73\0 00001" } },
			{ name: "search_knowledge", arguments: { query: ODD_TEXT } },
			{ name: "search_products", arguments: { query: ODD_TEXT } },
		];
		const { requests } = await withModel(callsTools(looks), streamsText("I looked."));
		const { said, turn } = await ask("where is my order W7300001 now");
		expect(said[0]?.message).toBe("I looked.");
		expect(turn?.fence).toBe(1);
		expect(requests).toHaveLength(2);
	});

	it("answers also with an invalid name and invalid token counts", async () => {
		const odd = (delta: object, finish: string | null) =>
			JSON.stringify({
				object: "chat.completion.chunk",
				model: ODD_TEXT.repeat(200),
				choices: [{ index: 0, delta, finish_reason: finish }],
				usage: { prompt_tokens: -5e12, completion_tokens: 1.5 },
			});
		await withModel((response) => {
			writeData(response, odd({ content: "Lamps are on the first floor." }, null));
			writeData(response, odd({}, "stop"));
			response.end("data: [DONE]\n\n");
		});
		const { said, sessionId, turn } = await ask("where do I find the lamps");
		expect(said[0]?.message).toBe("Lamps are on the first floor.");
		expect(turn?.outcome?.model?.length).toBeLessThanOrEqual(200);
		const { aiCostMicros } = await sessionRow(sessionId);
		expect(Number(aiCostMicros)).toBeGreaterThan(0);
	});
});

describe("a model that does not stop", () => {
	const limits = { backoffMs: 1, usageMs: 60, retries: 1 };
	const request = () => ({
		question: "which lamps are there",
		history: [],
		customerId: null,
		customerName: null,
		locale: "en",
		signal: new AbortController().signal,
	});
	const answerOf = (url: string) =>
		withQuestionAnalysis(createModelAnswerer({ apiKey: "k", baseUrl: url, model: "large-1", limits }))(
			request(),
			() => {},
		);

	it("is aborted when its arguments have no end, before they fill the memory", async () => {
		let sent = 0;
		const server = await withModel((response) => {
			const more = () => {
				while (!response.destroyed && sent < 50e6) {
					const written = "x".repeat(50_000);
					sent += written.length;
					const call = { index: 0, id: "one", function: { name: "get_order", arguments: written } };
					const isTaken = response.write(
						`data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [call] } }] })}\n\n`,
					);
					if (!isTaken) return void response.once("drain", more);
				}
				response.end();
			};
			response.writeHead(200, { "Content-Type": "text/event-stream" });
			more();
		});
		await expect(answerOf(server.url)).rejects.toMatchObject({ reason: "malformed" });
		expect(sent).toBeLessThan(20e6);
	});

	it("is aborted when its calls have no end", async () => {
		const many = Array.from({ length: 5_000 }, () => ({ name: "list_orders", arguments: {} }));
		const server = await withModel(callsTools(many));
		await expect(answerOf(server.url)).rejects.toMatchObject({ reason: "malformed" });
		expect(server.requests, "asked once more, and run none of them").toHaveLength(2);
	});

	it("delays nobody by what it sends after the end of its text", async () => {
		const server = await withModel((response) => {
			writeChunk(response, { content: "There are three lamps." }, null);
			writeChunk(response, {}, "stop");
			const timer = setInterval(() => writeData(response, JSON.stringify({ choices: [] })), 20);
			response.once("close", () => clearInterval(timer));
		});
		await expect(answerOf(server.url)).resolves.toMatchObject({ text: "There are three lamps." });
	});
});

describe("a customer who writes without end", () => {
	it("is answered on the newest part that fits into one message", async () => {
		const long = (letter: string) => `${letter} `.repeat(4_500).trim();
		const sessionId = await makeSession(CUSTOMER, long("a"), long("b"), long("c"), "where is my lamp");
		const { lastSeq } = await sessionRow(sessionId);
		const { question, fullQuestion } = await readUnansweredQuestion(sessionId, lastSeq);
		expect(fullQuestion).toHaveLength(10_000);
		expect(fullQuestion?.endsWith("c\nwhere is my lamp")).toBe(true);
		expect(question.length).toBeLessThanOrEqual(ANALYSED_CHARACTERS);
		expect(question.endsWith("c\nwhere is my lamp")).toBe(true);
	});
});
