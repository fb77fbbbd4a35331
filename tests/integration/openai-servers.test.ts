import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { askSmallModel, createModelAnswerer } from "#app/ai/openai.server.ts";
import { answerSession } from "#app/ai/reply.server.ts";
import { setEnv } from "#app/env.server.ts";
import { getLatestTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { saveArticle } from "#app/models/article/article.server.ts";
import { createEmptySession } from "#app/models/chat-session/create.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import { sql } from "#db/client.server.ts";
import { messagesOf, sessionRow } from "#tests/factories.ts";
import { withQuestionAnalysis } from "#tests/setup/analysed.ts";
import { PROFILES, REASONING_TEXT, repliesLike } from "#tests/setup/openai-profiles.ts";
import {
	callsTools,
	type OpenAiServer,
	type Reply,
	startOpenAiServer,
	streamsText,
	writeChunk,
} from "#tests/setup/openai-server.ts";

const SEARCH = { name: "search_knowledge", arguments: { query: "lamp warranty" } };
const ANSWER_TEXT = "The warranty on lamps is five years [1].";
let server: OpenAiServer | null = null;

beforeAll(async () => {
	setEnv({ RATE_LIMITS: "off" });
	await saveArticle({
		slug: "lamp-warranty",
		title: "Warranty on lamps",
		body: "# Warranty on lamps\n\nThe warranty on lamps is five years from the day of delivery.",
	});
});
afterEach(async () => {
	await server?.close();
	server = null;
	setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "", OPENAI_MODEL: "" });
	await sql`delete from answer_cache`;
});

async function withServer(...script: [Reply, ...Reply[]]): Promise<OpenAiServer> {
	server = await startOpenAiServer(...script);
	server.answerClassifications(script[0]);
	setEnv({ OPENAI_API_KEY: "test-key", OPENAI_BASE_URL: server.url, OPENAI_MODEL: "m" });
	return server;
}

/**
 * Creates a session whose history begins with a message of the assistant and has two consecutive messages of one
 * role.
 */
async function converse() {
	const identity = { visitorId: randomUUID(), customerId: null };
	const actor = { type: "customer", identity } as const;
	const sessionId = await createEmptySession(identity, { locale: "en" });
	return {
		sessionId,
		async ask(...messages: string[]) {
			for (const message of messages) await postMessage(sessionId, actor, { message });
			await answerSession(sessionId);
			const said = await messagesOf(sessionId);
			return said.findLast(({ senderType }) => senderType === "bot")?.message;
		},
	};
}

describe.each(PROFILES)("$name", (profile) => {
	it("answers with a tool run, and shows no reasoning", async () => {
		const { requests } = await withServer(repliesLike(profile, SEARCH, ANSWER_TEXT));
		const { sessionId, ask } = await converse();
		expect(await ask("Hello", "How long is the warranty on lamps?")).toBe(
			"The warranty on lamps is five years.",
		);
		expect(await ask("And on a lamp", "from last year's sale, warranty?")).toBe(
			"The warranty on lamps is five years.",
		);
		expect((await sessionRow(sessionId)).status).toBe("assistant");
		const outcome = (await getLatestTurn(sessionId))?.outcome;
		expect(outcome).toMatchObject({ answered: true, escalate: { needed: false } });
		expect(outcome?.sources.map(({ title }) => title)).toEqual(["Warranty on lamps"]);
		expect(JSON.stringify([await messagesOf(sessionId), outcome])).not.toContain(REASONING_TEXT.slice(0, 20));
		for (const field of profile.without ?? []) expect(requests.at(-1)?.body).not.toHaveProperty(field);
		// The process does not send a request parameter again that this model server has refused once.
		const accepted = requests.length;
		await ask("One more time: the warranty?");
		const readings = /JSON Schema/;
		const after = requests
			.slice(accepted)
			.filter(({ body }) => !readings.test(body.messages[0]?.content ?? ""));
		expect(after.length).toBeLessThanOrEqual(2);
	});

	it("answers small tasks as text and as JSON", async () => {
		await withServer(repliesLike(profile, SEARCH, "A summary.", '{"mood": "good"}'));
		const job = { purpose: "summarise" as const, system: "Sum up.", text: "Hello", maxTokens: 50 };
		expect(await askSmallModel({ ...job, deadlineMs: 5_000 })).toBe("A summary.");
		const schema = { type: "object", properties: { mood: { type: "string" } }, required: ["mood"] };
		const format = { name: "mood", schema: { ...schema, additionalProperties: false } };
		const reply = await askSmallModel({ ...job, deadlineMs: 5_000, format });
		expect(JSON.parse(reply ?? "null")).toEqual({ mood: "good" });
	});
});

const question = (text: string) => ({
	question: text,
	history: [],
	customerId: null,
	customerName: null,
	locale: "en",
	signal: new AbortController().signal,
});
const askOf = (url: string, onText: (piece: string, at?: number) => void = () => {}) =>
	withQuestionAnalysis(
		createModelAnswerer({ apiKey: "k", baseUrl: url, model: "m", limits: { backoffMs: 1 } }),
	)(question("How long is the warranty on lamps?"), onText);
const refuses =
	(status: number, body: unknown): Reply =>
	(response) => {
		response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
	};

describe("a field that is refused", () => {
	it("is omitted afterwards, and the seventh refusal is final", async () => {
		const { url, requests } = await withServer((response, request) => {
			const [field] = Object.keys(request.body).filter(
				(name) => !["model", "messages", "stream"].includes(name),
			);
			refuses(400, { error: { message: `Unknown parameter: '${field}'.`, param: field } })(response, request);
		});
		await expect(askOf(url)).rejects.toMatchObject({ reason: "refused" });
		expect(requests.length).toBeLessThanOrEqual(7);
		expect(Object.keys(requests.at(-1)?.body ?? {})).toEqual(["model", "messages", "stream"]);
	});

	it.each([
		["no field of ours", { error: { message: "The model does not exist", code: "model_not_found" } }],
		[
			"a field that was not sent",
			{ error: { message: "Unknown parameter: 'temperature'", param: "temperature" } },
		],
		["nothing", {}],
		["text", "nonsense"],
	])("is not searched for when the error names %s", async (_, body) => {
		const { url, requests } = await withServer(refuses(400, body));
		await expect(askOf(url)).rejects.toMatchObject({ reason: "refused" });
		expect(requests).toHaveLength(1);
	});

	it("is not stored when the request fails without it too", async () => {
		const failing = refuses(400, { error: { message: "Your message about tools is not allowed" } });
		const { url, requests } = await withServer(failing, failing, streamsText(ANSWER_TEXT));
		await expect(askOf(url)).rejects.toMatchObject({ reason: "refused" });
		await askOf(url);
		expect(requests.at(-1)?.body.tools).toBeDefined();
	});

	it("leaves a model without tools the passages, and the instruction not to invent", async () => {
		const profile = PROFILES.find(({ name }) => name === "Ollama, a model without tools");
		const { url, requests } = await withServer(
			repliesLike(profile ?? expect.unreachable(), SEARCH, ANSWER_TEXT),
		);
		await askOf(url);
		const system = requests.at(-1)?.body.messages[0]?.content ?? "";
		expect(system).toContain("five years from the day of delivery");
		expect(system).toContain("No tool can be called here.");
	});
});

describe("the history that the server receives", () => {
	it.each(["", "null", '{"x":', "[1]", '"{}"'])(
		"has arguments that are an object, written as %j",
		async (args) => {
			const { url, requests } = await withServer(
				callsTools([{ name: "list_orders", arguments: args }]),
				streamsText(ANSWER_TEXT),
			);
			await askOf(url);
			const sent = requests[1]?.body.messages.find((message) => message.tool_calls);
			expect(sent).not.toHaveProperty("content");
			expect(sent?.tool_calls).toEqual([
				{ id: "call00001", type: "function", function: { name: "list_orders", arguments: "{}" } },
			]);
		},
	);

	it("has ids that are unique in the session, whatever the server generated", async () => {
		const search = callsTools([SEARCH, SEARCH]);
		const { url, requests } = await withServer(search, search, streamsText(ANSWER_TEXT));
		await askOf(url);
		const sent = (requests[2]?.body.messages ?? []).flatMap((m) => (m.tool_calls ?? []) as { id: string }[]);
		expect(sent.map(({ id }) => id)).toEqual(["call00001", "call00002", "call00003", "call00004"]);
	});
});

describe("an unusable reply", () => {
	const received = async (reply: Reply) => {
		const { url, requests } = await withServer(reply);
		let text = "";
		const pieces: string[] = [];
		const error = await askOf(url, (piece, at = text.length) => {
			text = text.slice(0, at) + piece;
			pieces.push(piece);
		}).then(
			() => null,
			(thrown: { reason: string }) => thrown.reason,
		);
		return { error, text, pieces, asked: requests.length };
	};

	it.each(["\u200b", "\u2800", " \n ", "\u3164\u2060", "<think>Hm.</think>\u200b"])(
		"has no visible character: %j",
		async (text) => {
			const { error, pieces } = await received(streamsText(text));
			expect([error, pieces]).toEqual(["malformed", []]);
		},
	);

	it.each([
		["\u2800", "\u3164", "Returns take 30 days."],
		["\u200f", "\u05e9\u05dc\u05d5\u05dd"],
	])("is shown from its first visible character: %j, %j", async (...written) => {
		const { error, text, pieces } = await received((response) => {
			for (const content of written) writeChunk(response, { content });
			writeChunk(response, {}, "stop");
			response.end("data: [DONE]\n\n");
		});
		expect(error).toBeNull();
		expect(hasVisibleText(pieces[0] ?? "")).toBe(true);
		expect(text).toContain(written.at(-1));
	});

	it.each(["length", "error", "MAX_TOKENS", "a reason of next year"])("was cut off by %s", async (finish) => {
		const { error, asked } = await received(streamsText("You can return it within", { finish }));
		expect([error, asked]).toEqual(["cut", 2]);
	});

	it.each(["content_filter", "SAFETY"])("was stopped by %s, and is not requested again", async (finish) => {
		const { error, asked } = await received(streamsText("You can return it within", { finish }));
		expect([error, asked]).toEqual(["refused", 1]);
	});

	it("is half a call, which is requested again and not run", async () => {
		const { url, requests } = await withServer((response) => {
			const called = { name: "search_knowledge", arguments: '{"query":"retu' };
			writeChunk(response, { tool_calls: [{ index: 0, id: "a1", function: called }] });
			writeChunk(response, {}, "length");
			response.end("data: [DONE]\n\n");
		}, streamsText(ANSWER_TEXT));
		await askOf(url);
		expect(requests[1]?.body.messages).toEqual(requests[0]?.body.messages);
	});

	it("is a call as text that cannot be parsed, and is never shown", async () => {
		const { error, text } = await received(streamsText('<tool_call>{"name": "get_ord'));
		expect([error, text]).toEqual(["malformed", ""]);
	});
});
