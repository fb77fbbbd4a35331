import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { answerSession } from "#app/ai/reply.server.ts";
import { setEnv } from "#app/env.server.ts";
import { createAgent } from "#app/models/agent/agent.server.ts";
import { getLatestTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { endSession, takeOver } from "#app/models/chat-session/change.server.ts";
import { createEmptySession } from "#app/models/chat-session/create.server.ts";
import { requestAgent } from "#app/models/chat-session/queue.server.ts";
import { repairUnattended } from "#app/models/chat-session/unattended.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { readUnansweredQuestion } from "#app/models/message/unanswered.server.ts";
import { readLiveAnswer } from "#app/realtime/live-answers.server.ts";
import { publishEphemeral } from "#app/realtime/publish.server.ts";
import { sql } from "#db/client.server.ts";
import { eventsOf, messagesOf } from "#tests/factories.ts";
import { type Reply, startOpenAiServer, streamsText, writeChunk } from "#tests/setup/openai-server.ts";
import { until } from "#tests/setup/until.ts";

const cleanups: (() => Promise<unknown>)[] = [];
const QUEUED = "We've asked a member of our team to join.";

// One answer is made before the tests, because the first answer of a process loads the assistant's data, which is
// slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 });
beforeAll(() => setEnv({ RATE_LIMITS: "off" }));
afterEach(async () => {
	for (const close of cleanups.splice(0)) await close();
});
afterAll(() => setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "" }));

/**
 * Creates a customer who has seen `text`, the beginning of an answer, which continues with `rest` after `release` is
 * called.
 */
async function readerOf(text: string, rest = "and here is the rest.") {
	let release = () => {};
	const held = new Promise<void>((resolve) => {
		release = resolve;
	});
	// The assistant holds the last word back until the word is complete.
	const slow: Reply = async (response, request) => {
		writeChunk(response, { role: "assistant", content: `${text} further` });
		await held;
		await streamsText(rest)(response, request);
	};
	const model = await startOpenAiServer(slow);
	cleanups.push(model.close);
	setEnv({ OPENAI_API_KEY: "test-key", OPENAI_BASE_URL: model.url, OPENAI_MODEL: "scripted-1" });
	const identity = { visitorId: randomUUID(), customerId: null };
	const actor = { type: "customer", identity } as const;
	const sessionId = await createEmptySession(identity, { locale: "en" });
	await postMessage(sessionId, actor, { message: "May I return a lamp?" });
	const answering = answerSession(sessionId);
	const live = await until(async () => {
		const live = await readLiveAnswer(sessionId);
		expect(live?.text).toBe(text);
		return live!;
	});
	return {
		sessionId,
		actor,
		messageId: live.messageId,
		/** Releases the rest of the model's reply, and waits until the assistant has ended the turn. */
		finish: async () => {
			release();
			await answering;
		},
		messageTexts: async () =>
			(await messagesOf(sessionId)).map(({ senderType, message }) => [senderType, message]),
	};
}

async function newAgent() {
	const [name, password] = ["Tara", "a-long-password"];
	const { agentId } = await createAgent({ email: `${randomUUID()}@example.com`, name, password });
	return { agentId, name };
}

const STREAMED_TEXT = "You can return a lamp within";

describe("a stopped answer is stored once, before the notice", () => {
	it.each([
		["a person is requested", QUEUED, requestAgent],
		[
			"an agent takes over",
			"Tara has joined the conversation.",
			async (sessionId: string) => takeOver(sessionId, await newAgent()),
		],
		["the customer ends the conversation", "This conversation has ended.", endSession],
	] as const)("when %s", async (_, notice, stop) => {
		const ana = await readerOf(STREAMED_TEXT);
		await stop(ana.sessionId, ana.actor);
		const kept = [
			["user", "May I return a lamp?"],
			["bot", STREAMED_TEXT],
			["system", notice],
		];
		expect(await ana.messageTexts()).toEqual(kept);
		await ana.finish();
		await stop(ana.sessionId, ana.actor).catch(() => {});
		expect((await ana.messageTexts()).slice(0, 3)).toEqual(kept);
		expect((await ana.messageTexts()).filter(([sender]) => sender === "bot")).toHaveLength(1);
		const [, answer] = await messagesOf(ana.sessionId);
		// The message has the id of the live answer, so that pages replace the live answer instead of showing both.
		expect(answer).toMatchObject({ id: ana.messageId, metadata: { stopped: true } });
		expect((await getLatestTurn(ana.sessionId))?.state).toBe("superseded");
		expect(await readLiveAnswer(ana.sessionId)).toBeNull();
		const types = (await eventsOf(ana.sessionId)).map(({ type }) => type);
		expect(types.indexOf("new-message", 1), "before the state changes").toBeLessThan(
			types.findIndex((type) => type === "session-updated" || type === "chat-ended"),
		);
	});

	it("from its checkpoint, when its process is dead and another has only started again", async () => {
		const ana = await readerOf(STREAMED_TEXT);
		await ana.finish();
		const bo = await readerOf("Never read here");
		// Simulates a killed process: the turn is running, has a checkpoint, and its process is gone.
		await sql`update ai_turns set partial = ${STREAMED_TEXT}, message_id = gen_random_uuid(), fence = fence + 1,
			lease_until = now() - interval '1 second' where session_id = ${bo.sessionId}`;
		let isAsked = () => {};
		const asked = new Promise<void>((resolve) => {
			isAsked = resolve;
		});
		let answer = () => {};
		const answered = new Promise<void>((resolve) => {
			answer = resolve;
		});
		const silent = await startOpenAiServer(async (response, request) => {
			isAsked();
			await answered;
			await streamsText("Too late.")(response, request);
		});
		cleanups.push(silent.close);
		setEnv({ OPENAI_BASE_URL: silent.url });
		const again = answerSession(bo.sessionId);
		await asked;
		await requestAgent(bo.sessionId, bo.actor);
		answer();
		await Promise.all([again, bo.finish()]);
		expect(await bo.messageTexts()).toEqual([
			["user", "May I return a lamp?"],
			["bot", STREAMED_TEXT],
			["system", QUEUED],
		]);
	});

	it("without an unpaired surrogate at its end", async () => {
		const ana = await readerOf("Thank you \u{1F600}");
		publishEphemeral({
			sessionId: ana.sessionId,
			stream: "public",
			type: "ai-delta",
			data: { messageId: ana.messageId, offset: 12, text: "\ud83d" },
		});
		await requestAgent(ana.sessionId, ana.actor);
		await ana.finish();
		expect((await ana.messageTexts())[1]).toEqual(["bot", "Thank you \u{1F600}"]);
	});

	it("and no later text of it reaches a reader", async () => {
		const ana = await readerOf(STREAMED_TEXT);
		await requestAgent(ana.sessionId, ana.actor);
		publishEphemeral({
			sessionId: ana.sessionId,
			stream: "public",
			type: "ai-delta",
			data: { messageId: ana.messageId, offset: STREAMED_TEXT.length, text: " never" },
		});
		expect(await readLiveAnswer(ana.sessionId)).toBeNull();
		await ana.finish();
	});

	it("or is finished instead, when both happen at the same moment", async () => {
		for (let round = 0; round < 5; round += 1) {
			const ana = await readerOf(STREAMED_TEXT);
			await Promise.all([ana.finish(), requestAgent(ana.sessionId, ana.actor)]);
			const bots = (await messagesOf(ana.sessionId)).filter(({ senderType }) => senderType === "bot");
			expect(bots).toHaveLength(1);
			expect(bots[0]?.message.startsWith(STREAMED_TEXT)).toBe(true);
		}
	});
});

it("but not when no text was streamed yet", async () => {
	const identity = { visitorId: randomUUID(), customerId: null };
	const actor = { type: "customer", identity } as const;
	const sessionId = await createEmptySession(identity, { locale: "en" });
	await postMessage(sessionId, actor, { message: "May I return a lamp?" });
	await requestAgent(sessionId, actor);
	expect((await messagesOf(sessionId)).map(({ senderType }) => senderType)).toEqual(["user", "system"]);
});

it("and is no answer: the question is still open for the agent and the assistant", async () => {
	const ana = await readerOf(STREAMED_TEXT);
	const agent = await newAgent();
	await takeOver(ana.sessionId, agent);
	await ana.finish();
	const { question, history, unansweredInARow } = await readUnansweredQuestion(ana.sessionId, 1_000);
	expect({ question, history, unansweredInARow }).toEqual({
		question: "May I return a lamp?",
		history: [],
		unansweredInARow: 0,
	});
	await sql`update chat_messages set sent_at = now() - interval '1 hour' where session_id = ${ana.sessionId}`;
	await sql`update chat_sessions set assigned_at = now() - interval '1 hour' where session_id = ${ana.sessionId}`;
	const problems = (await repairUnattended()).filter(({ sessionId }) => sessionId === ana.sessionId);
	expect(problems).toMatchObject([{ sessionId: ana.sessionId, problem: "agent-away" }]);
});
