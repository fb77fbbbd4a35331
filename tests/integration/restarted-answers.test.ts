import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { answerSession } from "#app/ai/reply.server.ts";
import { type CustomerIdentity, signCustomerToken } from "#app/auth/token.server.ts";
import { setEnv } from "#app/env.server.ts";
import { getLatestTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { saveArticle } from "#app/models/article/article.server.ts";
import { createEmptySession } from "#app/models/chat-session/create.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { action as aiResponse } from "#app/routes/api/ai-response.ts";
import { loader as eventsLoader } from "#app/routes/chat/events.ts";
import { db, sql } from "#db/client.server.ts";
import { products } from "#db/schema.ts";
import { messagesOf, sessionRow } from "#tests/factories.ts";
import { readEvents } from "#tests/setup/event-reader.ts";
import {
	breaksOffAfter,
	callsTools,
	type OpenAiServer,
	type Reply,
	startOpenAiServer,
	streamsText,
	writeChunk,
} from "#tests/setup/openai-server.ts";
import { until } from "#tests/setup/until.ts";

const ENGLISH =
	"A kettle should be descaled every eight weeks with citric acid, and never with vinegar, since that harms it [1].";
const GERMAN =
	"Ein Wasserkocher sollte alle acht Wochen mit Zitronensäure entkalkt werden, niemals mit Essig, weil ihm das schadet [1].";
const withoutMark = (text: string) => text.replace(" [1]", "");
const PRODUCTS = ["The Quick Copper Kettle with a Handle", "Large Round Steel Kettle for the Whole Family"];
const IN_GERMAN = "Wie oft sollte man einen Wasserkocher entkalken?";
const IN_ENGLISH = "How often should one descale a kettle?";

let provider: OpenAiServer | null = null;
const open: (() => Promise<void>)[] = [];

beforeAll(async () => {
	setEnv({ RATE_LIMITS: "off" });
	await saveArticle({
		slug: "kettles",
		title: "Kettles",
		body: "# Kettles\n\n## Descaling\n\nDescale a kettle every eight weeks with citric acid, never with vinegar.",
	});
});
beforeAll(async () => {
	const rows = PRODUCTS.map((name, at) => ({
		id: `kettle-${at}`,
		slug: `kettle-${at}`,
		name,
		description: "",
	}));
	await db.insert(products).values(rows);
});
afterEach(async () => {
	for (const close of open.splice(0)) await close();
	await provider?.close();
	provider = null;
	setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "", OPENAI_MODEL: "" });
	await sql`delete from answer_cache`;
});

async function withModel(...script: [Reply, ...Reply[]]): Promise<OpenAiServer> {
	provider = await startOpenAiServer(...script);
	setEnv({ OPENAI_API_KEY: "test-key", OPENAI_BASE_URL: provider.url, OPENAI_MODEL: "large-1" });
	return provider;
}

type Delta = { offset: number; text: string };

/**
 * The texts of a live answer that a reader sees one after the other. @throws when a part of the answer neither
 * continues nor restarts the text.
 */
function textsShown(deltas: Delta[]): string[] {
	const states: string[] = [];
	for (const { offset, text } of deltas) {
		const before = states.at(-1) ?? "";
		if (offset !== 0) expect(offset, "a hole or a repetition").toBe(before.length);
		states.push(offset === 0 ? text : before + text);
	}
	return states;
}

/**
 * Asks a question in a session with an open stream. @returns the parts of the live answer that the reader received,
 * and the finished answer.
 */
async function ask(question: string, locale = "en") {
	const identity: CustomerIdentity = { visitorId: randomUUID(), customerId: null };
	const sessionId = await createEmptySession(identity, { locale });
	const request = new Request(`http://localhost/chat/events?sessionId=${sessionId}`, {
		headers: { Authorization: `Bearer ${await signCustomerToken(identity)}` },
	});
	const stream = readEvents(await eventsLoader({ request, params: {}, context: {} }));
	open.push(stream.close);
	await until(() => expect(stream.frames).toHaveLength(2));
	await postMessage(sessionId, { type: "customer", identity }, { message: question });
	await answerSession(sessionId);
	await until(() =>
		expect(stream.frames.filter(({ type }) => type === "new-message").length).toBeGreaterThan(1),
	);
	const deltas = stream.frames.filter(({ type }) => type === "ai-delta").map(({ data }) => data as Delta);
	const bots = (await messagesOf(sessionId)).filter(({ senderType }) => senderType === "bot");
	expect(bots, "one answer, however often it was begun").toHaveLength(1);
	return {
		shown: textsShown(deltas),
		message: bots[0],
		outcome: (await getLatestTurn(sessionId))?.outcome,
		session: await sessionRow(sessionId),
	};
}

/**
 * A scripted reply that streams the first words slowly, so that the assistant checks the beginning of the answer, and
 * the rest as `streamsText` does.
 */
const streamsSlowly =
	(text: string): Reply =>
	async (response, request) => {
		for (const word of text.split(/(?<= )/)) {
			if (response.destroyed) return;
			writeChunk(response, { content: word });
			await new Promise((resolve) => setTimeout(resolve, 15));
		}
		await streamsText("")(response, request);
	};

describe("a reply that breaks off after text was shown", () => {
	it("is requested once more, and the reader ends with one whole answer", async () => {
		const server = await withModel(breaksOffAfter("Every eight weeks [1], and "), streamsText(ENGLISH));
		const { shown, message, outcome, session } = await ask(IN_ENGLISH);
		expect(shown[0]).toMatch(/^Every eight weeks/);
		expect(shown.at(-1)).toBe(withoutMark(ENGLISH));
		expect(message?.message).toBe(withoutMark(ENGLISH));
		expect(outcome).toMatchObject({ answered: true, escalate: { needed: false } });
		expect(session?.status).toBe("assistant");
		expect(server.requests).toHaveLength(2);
	});

	it("keeps the text of an earlier round, and its tools are not called again", async () => {
		const looking = callsTools(
			[{ name: "search_knowledge", arguments: { query: "kettle" } }],
			"Let me look.",
		);
		const server = await withModel(
			looking,
			breaksOffAfter("Every eight "),
			streamsText("Every eight weeks [1]."),
		);
		const { shown, message } = await ask(IN_ENGLISH);
		expect(message?.message).toBe("Let me look.\n\nEvery eight weeks.");
		expect(shown.at(-1)).toBe(message?.message);
		expect(server.requests).toHaveLength(3);
	});

	it("twice leads to an apology and the queue, without parts of the replies", async () => {
		const server = await withModel(breaksOffAfter("Every eight weeks, and "));
		const { message, session } = await ask(IN_ENGLISH);
		expect(message?.message).toContain("bringing someone in");
		expect(message?.message).not.toContain("eight");
		expect(session?.status).toBe("queued");
		expect(server.requests).toHaveLength(2);
	});

	it("sends the whole text again to a program that streams the answer", async () => {
		await withModel(breaksOffAfter("Every eight weeks, and "), streamsText(ENGLISH));
		const token = await signCustomerToken({ visitorId: randomUUID(), customerId: null });
		const request = new Request("http://localhost/api/chat/ai-response", {
			method: "POST",
			headers: {
				Authorization: `Bearer ${token}`,
				"Content-Type": "application/json",
				Accept: "text/event-stream",
			},
			body: JSON.stringify({ message: IN_ENGLISH }),
		});
		const stream = readEvents(await aiResponse({ request, params: {}, context: {} }));
		await stream.ended;
		const deltas = stream.frames.filter(({ type }) => type === "ai-delta").map(({ data }) => data as Delta);
		expect(textsShown(deltas).at(-1)).toBe(withoutMark(ENGLISH));
		expect(stream.frames.at(-1)?.data.answer).toBe(withoutMark(ENGLISH));
	});
});

describe("a reply in another language than the customer's", () => {
	it.each<[string, (text: string) => Reply]>([
		["while it comes", streamsSlowly],
		["when it is there", (text) => streamsText(text, { chunkSize: 500 })],
	])("is detected %s, requested once more with the language named, and replaced", async (_, way) => {
		const server = await withModel(way(ENGLISH), streamsText(GERMAN));
		const { shown, message, outcome } = await ask(IN_GERMAN);
		expect(message?.message).toBe(withoutMark(GERMAN));
		expect(shown.at(-1)).toBe(withoutMark(GERMAN));
		expect(message?.metadata).toMatchObject({ language: "de" });
		expect(message?.metadata.foreignPart).toBeUndefined();
		expect(outcome).toMatchObject({ language: "de", answered: true });
		expect(server.requests).toHaveLength(2);
		expect(server.requests[1]?.body.messages[0]?.content).toMatch(
			/Write your reply in German \(de\), all of it\.$/,
		);
	});

	it("is aborted when it is detected, not read to its end", async () => {
		// The model's reply never ends, so the test would time out if the assistant read the reply to its end.
		const endless: Reply = async (response) => {
			while (!response.destroyed) {
				writeChunk(response, { content: "The kettle wants citric acid and it wants it every eight weeks. " });
				await new Promise((resolve) => setTimeout(resolve, 5));
			}
		};
		await withModel(endless, streamsText(GERMAN));
		expect((await ask(IN_GERMAN)).message?.message).toBe(withoutMark(GERMAN));
	});

	it("twice is kept, marked with its language, and not cached", async () => {
		const server = await withModel(streamsText(ENGLISH));
		const { shown, message } = await ask(IN_GERMAN);
		expect(message?.message).toBe(withoutMark(ENGLISH));
		expect(shown.at(-1)).toBe(message?.message);
		expect(message?.metadata).toMatchObject({ language: "de", foreignPart: { at: 0, language: "en" } });
		expect(server.requests).toHaveLength(2);
		expect(await sql`select 1 from answer_cache`).toHaveLength(0);
	});

	it.each([
		["is in the customer's own language", IN_GERMAN, GERMAN],
		["is English to an English question on a German page", IN_ENGLISH, ENGLISH],
		[
			"is in the language the customer asked for",
			"Bitte auf Englisch: wie oft soll ich den Wasserkocher entkalken?",
			ENGLISH,
		],
		["is too short to tell", IN_GERMAN, "Every eight weeks [1]."],
		["is a list of names", IN_GERMAN, PRODUCTS.map((name) => `${name}, 49,50 €`).join("\n")],
	])("is not assumed when it %s", async (_, question, text) => {
		const server = await withModel(streamsText(text));
		const { message } = await ask(question, "de");
		expect(message?.message).toBe(withoutMark(text));
		expect(message?.metadata.foreignPart).toBeUndefined();
		expect(server.requests).toHaveLength(1);
	});
});
