import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { setEnv } from "#app/env.server.ts";
import { startWorker } from "#app/jobs/worker.server.ts";
import { createAgent, recordAgentActivity } from "#app/models/agent/agent.server.ts";
import { takeOver } from "#app/models/chat-session/change.server.ts";
import { requestAgent } from "#app/models/chat-session/queue.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import * as sessions from "#app/routes/api/sessions.ts";
import { sql } from "#db/client.server.ts";
import { makeSession, messagesOf, sessionRow } from "#tests/factories.ts";
import { apiKey, asCustomer } from "#tests/people.ts";
import { bodyOf, call, json, type Sender } from "#tests/request.ts";
import { startOpenAiServer, streamsText } from "#tests/setup/openai-server.ts";
import { until } from "#tests/setup/until.ts";

let agent: { agentId: string; name: string };
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
	setEnv({ RATE_LIMITS: "off" });
	const { agentId } = await createAgent({
		email: `${randomUUID()}@example.com`,
		name: "Ana",
		password: "twelve letters",
	});
	agent = { agentId, name: "Ana" };
	await recordAgentActivity(agentId);
});
afterEach(async () => {
	for (const close of cleanups.splice(0)) await close();
});

const put = (body: unknown, as: Sender) => call(sessions.action, json("PUT", "/api/chat/sessions", body, as));
const loadOf = async () => {
	const [row] = await sql<{ load: number }[]>`
		select current_sessions as load from chat_agents where id = ${agent.agentId}`;
	return row?.load;
};

async function withModel(answer: string) {
	const model = await startOpenAiServer(streamsText(answer));
	setEnv({ OPENAI_API_KEY: "test-key", OPENAI_BASE_URL: model.url, OPENAI_MODEL: "scripted-1" });
	const stopWorker = startWorker();
	cleanups.push(async () => {
		await stopWorker(0);
		await model.close();
		setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "" });
	});
	return model;
}

async function customerWithAgent() {
	const ada = await asCustomer();
	const sessionId = await makeSession(ada.identity);
	const actor = { type: "customer", identity: ada.identity } as const;
	await requestAgent(sessionId, actor);
	await takeOver(sessionId, agent);
	return { ada, sessionId, actor };
}

describe("a session that a program returns to the assistant", () => {
	it("leaves its agent, and the assistant answers the customer's next message", async () => {
		const model = await withModel("Thirty days.");
		const { sessionId, actor } = await customerWithAgent();
		await postMessage(sessionId, actor, { message: "How long do I have?" });
		for (const message of ["I am looking.", "Found it."])
			await postMessage(sessionId, { type: "agent", ...agent }, { message });
		const before = await loadOf();
		const response = await put({ sessionId, status: "assistant" }, await apiKey());
		expect(response.status).toBe(200);
		expect(await bodyOf(response)).toMatchObject({ status: "assistant", queueReason: null, queuedAt: null });
		expect(await loadOf()).toBe((before ?? 0) - 1);
		expect(await sessionRow(sessionId)).toMatchObject({
			assignedAgentId: null,
			assignedAt: null,
			queueDeadline: null,
		});
		// No question waited for an answer, so the assistant waits for the customer's next message.
		await postMessage(sessionId, actor, { message: "And to Norway?" });
		await until(async () =>
			expect((await messagesOf(sessionId)).filter(({ senderType }) => senderType === "bot")).toHaveLength(1),
		);
		const roles = model.requests.find(({ body }) => body.stream)?.body.messages.map(({ role }) => role) ?? [];
		expect(roles.filter((role, index) => role === roles[index - 1] && role !== "system")).toEqual([]);
	});

	it("gets an answer to the question that nobody has answered", async () => {
		await withModel("It comes on Monday.");
		const { sessionId, actor } = await customerWithAgent();
		await postMessage(sessionId, actor, { message: "When does it come?" });
		await put({ sessionId, status: "assistant" }, await apiKey());
		await until(async () =>
			expect((await messagesOf(sessionId)).at(-1)).toMatchObject({
				senderType: "bot",
				message: "It comes on Monday.",
			}),
		);
	});

	it("leaves the queue, and can enter it again with a new wait", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const key = await apiKey();
		await put({ sessionId, status: "queued" }, ada.bearer);
		const first = await sessionRow(sessionId);
		await put({ sessionId, status: "assistant" }, key);
		expect(await sessionRow(sessionId)).toMatchObject({
			status: "assistant",
			queuedAt: null,
			queueReason: null,
		});
		const again = await bodyOf(await put({ sessionId, status: "queued" }, ada.bearer));
		expect(again).toMatchObject({ status: "queued", queuePosition: expect.any(Number) });
		const { queuedAt } = await sessionRow(sessionId);
		expect(queuedAt?.getTime()).toBeGreaterThanOrEqual(first.queuedAt?.getTime() ?? Number.POSITIVE_INFINITY);
	});

	it("does not change when the assistant has it already, and is refused once it has ended", async () => {
		const ada = await asCustomer();
		const sessionId = await makeSession(ada.identity);
		const key = await apiKey();
		const before = await sessionRow(sessionId);
		expect((await put({ sessionId, status: "assistant" }, key)).status).toBe(200);
		expect(await sessionRow(sessionId)).toEqual(before);
		await put({ sessionId, isActive: false }, ada.bearer);
		expect((await put({ sessionId, status: "assistant" }, key)).status).toBe(409);
	});

	it("stays with its agent when a customer asks for it, or the assistant is off", async () => {
		const { ada, sessionId } = await customerWithAgent();
		expect((await put({ sessionId, status: "assistant" }, ada.bearer)).status).toBe(403);
		setEnv({ ASSISTANT: "off" });
		cleanups.push(async () => void setEnv({ ASSISTANT: "on" }));
		expect((await put({ sessionId, status: "assistant" }, await apiKey())).status).toBe(409);
		expect(await sessionRow(sessionId)).toMatchObject({ status: "agent", assignedAgentId: agent.agentId });
	});
});
