import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, expect, it } from "vitest";
import type { CustomerIdentity } from "#app/auth/token.server.ts";
import { signCustomerToken } from "#app/auth/token.server.ts";
import { setEnv } from "#app/env.server.ts";
import { createAgent } from "#app/models/agent/agent.server.ts";
import { takeOver } from "#app/models/chat-session/change.server.ts";
import { createEmptySession } from "#app/models/chat-session/create.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { createInProcessBus } from "#app/realtime/bus/in-process.server.ts";
import { streamKey } from "#app/realtime/events.ts";
import { createHub, hub } from "#app/realtime/hub.server.ts";
import { publish, publishEphemeral, transact } from "#app/realtime/publish.server.ts";
import { loader as eventsLoader } from "#app/routes/chat/events.ts";
import { loader as pollLoader } from "#app/routes/chat/poll.ts";
import { loader as syncLoader } from "#app/routes/chat/sync.ts";
import { sql } from "#db/client.server.ts";
import { createRecordingReader } from "#tests/setup/collector.ts";
import { type Frame, readEvents } from "#tests/setup/event-reader.ts";
import { until } from "#tests/setup/until.ts";

beforeAll(() => setEnv({ RATE_LIMITS: "off", ASSISTANT: "off" }));

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const close of open.splice(0)) await close();
});

async function newCustomer() {
	const identity: CustomerIdentity = { visitorId: randomUUID(), customerId: null };
	const sessionId = await createEmptySession(identity, { locale: "en" });
	const token = await signCustomerToken(identity);
	return { identity, actor: { type: "customer", identity } as const, sessionId, token };
}

function get(loader: typeof eventsLoader, path: string, token: string, headers: Record<string, string> = {}) {
	const request = new Request(`http://localhost${path}`, {
		headers: { Authorization: `Bearer ${token}`, ...headers },
	});
	return loader({ request, params: {}, context: {} });
}

/** Opens the event stream as a browser does and collects the stream's frames. */
async function listen(path: string, token: string, headers: Record<string, string> = {}) {
	const response = await get(eventsLoader, path, token, headers);
	const events = readEvents(response);
	open.push(events.close);
	return { response, ...events };
}

it("starts with joined-chat and the history, then delivers new messages live, each with its cursor", async () => {
	const ana = await newCustomer();
	await postMessage(ana.sessionId, ana.actor, { message: "before" });
	const stream = await listen(`/chat/events?sessionId=${ana.sessionId}`, ana.token);
	expect(stream.response.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
	expect(stream.response.headers.get("Cache-Control")).toContain("no-transform");
	await until(() =>
		expect(stream.frames.map((frame) => frame.type)).toEqual(["joined-chat", "chat-history"]),
	);
	expect(stream.frames[1]?.id).toMatch(/\.p1$/);
	expect(stream.frames[1]?.data).toMatchObject({ messages: [{ seq: 1, message: "before" }] });
	await postMessage(ana.sessionId, ana.actor, { message: "after" });
	await until(() => expect(stream.frames).toHaveLength(3));
	expect(stream.frames[2]).toMatchObject({
		type: "new-message",
		data: { stream: "public", seq: 2, message: { message: "after", senderType: "user", isRead: false } },
	});
	expect(stream.frames[2]?.id).toMatch(/\.p2$/);
});

it("delivers every message once and in one order to readers that connect at any time while ten writers write", async () => {
	const ana = await newCustomer();
	const perWriter = 20;
	const path = `/chat/events?sessionId=${ana.sessionId}`;
	const [{ id: start } = { id: "" }] = (await (await get(syncLoader, path, ana.token)).json()).events;
	const readers = [await listen(`${path}&cursor=${start}`, ana.token)];
	const writers = Array.from({ length: 10 }, async (_, writer) => {
		for (let index = 0; index < perWriter; index += 1) {
			await postMessage(ana.sessionId, ana.actor, { message: `${writer}/${index}` });
			if (index === perWriter / 2) readers.push(await listen(`${path}&cursor=${start}`, ana.token));
		}
	});
	await Promise.all(writers);
	const wanted = Array.from({ length: 10 * perWriter }, (_, index) => index + 1);
	for (const reader of readers) await until(() => expect(reader.seqs()).toEqual(wanted));
	const deltaTexts = (reader: (typeof readers)[number]) =>
		reader.frames.map((frame) => JSON.stringify(frame.data.message));
	for (const reader of readers)
		expect(deltaTexts(reader).filter(Boolean)).toEqual(deltaTexts(readers[0]!).filter(Boolean));
}, 120_000);

it("resumes after the cursor with the original events, also from the Last-Event-ID header", async () => {
	const ana = await newCustomer();
	for (const message of ["one", "two", "three"]) await postMessage(ana.sessionId, ana.actor, { message });
	const path = `/chat/events?sessionId=${ana.sessionId}`;
	const history = await listen(path, ana.token);
	await until(() => expect(history.frames).toHaveLength(2));
	const first = history.frames[1]?.id?.replace(/p3$/, "p1") ?? "";
	const byQuery = await listen(`${path}&cursor=${first}`, ana.token);
	await until(() => expect(byQuery.seqs()).toEqual([2, 3]));
	const byHeader = await listen(`${path}&cursor=nonsense`, ana.token, {
		"Last-Event-ID": first.replace(/p1$/, "p2"),
	});
	await until(() => expect(byHeader.seqs()).toEqual([3]));
});

it("replays more than a page completely", async () => {
	const ana = await newCustomer();
	const many = 450;
	await transact(async (tx) => {
		for (let index = 0; index < many; index += 1) {
			await publish(tx, {
				sessionId: ana.sessionId,
				stream: "public",
				type: "session-updated",
				data: (place) => ({ ...place, session: { userId: null } }),
			});
		}
	});
	const path = `/chat/sync?sessionId=${ana.sessionId}`;
	const first = await (await get(syncLoader, path, ana.token)).json();
	const start = (first.cursor as string).replace(/p\d+$/, "p0");
	const stream = await listen(`/chat/events?sessionId=${ana.sessionId}&cursor=${start}`, ana.token);
	await until(() => expect(stream.seqs()).toHaveLength(many));
	const seen: number[] = [];
	let cursor = start;
	for (let more = true; more; ) {
		const page = await (await get(syncLoader, `${path}&cursor=${cursor}`, ana.token)).json();
		seen.push(...page.events.map((event: Frame) => event.data.seq));
		({ cursor, more } = page);
	}
	expect(seen).toEqual(stream.seqs());
});

it("sends a reset and the history for a cursor of another epoch, ahead of its stream, or malformed", async () => {
	const ana = await newCustomer();
	await postMessage(ana.sessionId, ana.actor, { message: "one" });
	const path = `/chat/events?sessionId=${ana.sessionId}`;
	const { cursor } = await (await get(syncLoader, path, ana.token)).json();
	for (const unusable of ["otherlife.p0", (cursor as string).replace(/p1$/, "p9"), "nonsense"]) {
		const stream = await listen(`${path}&cursor=${unusable}`, ana.token);
		await until(() => expect(stream.frames).toHaveLength(3));
		expect(stream.frames.map((frame) => frame.type)).toEqual(["joined-chat", "reset", "chat-history"]);
		const caughtUp = await (await get(syncLoader, `${path}&cursor=${unusable}`, ana.token)).json();
		expect(caughtUp.events.map((event: Frame) => event.type)).toEqual(["reset", "chat-history"]);
		expect(caughtUp.cursor).toBe(cursor);
	}
});

it("leaves no gap in the sequences when a transaction is rolled back", async () => {
	const ana = await newCustomer();
	await postMessage(ana.sessionId, ana.actor, { message: "one" });
	const failing = transact(async (tx) => {
		await publish(tx, {
			sessionId: ana.sessionId,
			stream: "public",
			type: "session-updated",
			data: (place) => place,
		});
		throw new Error("rolled back on purpose");
	});
	await expect(failing).rejects.toThrow("rolled back on purpose");
	const { message } = await postMessage(ana.sessionId, ana.actor, { message: "two" });
	expect(message.seq).toBe(2);
});

it("keeps internal events off the customer's stream, and leaves no gap there", async () => {
	const ana = await newCustomer();
	const path = `/chat/events?sessionId=${ana.sessionId}`;
	const stream = await listen(path, ana.token);
	await until(() => expect(stream.frames).toHaveLength(2));
	await transact((tx) =>
		publish(tx, {
			sessionId: ana.sessionId,
			stream: "internal",
			type: "session-updated",
			data: (place) => ({ ...place, session: { intent: "secret" } }),
		}),
	);
	publishEphemeral({ sessionId: ana.sessionId, stream: "internal", type: "user-typing", data: { on: true } });
	publishEphemeral({ sessionId: ana.sessionId, stream: "public", type: "agent-typing", data: { on: true } });
	await postMessage(ana.sessionId, ana.actor, { message: "public words" });
	await until(() => expect(stream.seqs()).toEqual([1]));
	expect(stream.frames.map((frame) => frame.type)).toEqual([
		"joined-chat",
		"chat-history",
		"agent-typing",
		"new-message",
	]);
	expect(JSON.stringify(stream.frames)).not.toContain("secret");
});

it("answers a poll as soon as there is an event", async () => {
	const ana = await newCustomer();
	const path = `?sessionId=${ana.sessionId}`;
	const { cursor } = await (await get(syncLoader, `/chat/sync${path}`, ana.token)).json();
	const poll = get(pollLoader, `/chat/poll${path}&cursor=${cursor}`, ana.token);
	await until(() => expect(hub.stats().readers).toBeGreaterThan(0));
	await postMessage(ana.sessionId, ana.actor, { message: "news" });
	const answer = await (await poll).json();
	expect(answer.events).toMatchObject([{ type: "new-message", data: { seq: 1 } }]);
	expect(answer.more).toBe(false);
	await until(() => expect(hub.stats()).toMatchObject({ streams: 0, readers: 0 }));
});

it("answers a poll when somebody types, and never with internal events", async () => {
	const ana = await newCustomer();
	const path = `?sessionId=${ana.sessionId}`;
	const { cursor } = await (await get(syncLoader, `/chat/sync${path}`, ana.token)).json();
	const poll = get(pollLoader, `/chat/poll${path}&cursor=${cursor}`, ana.token);
	await until(() => expect(hub.stats().readers).toBeGreaterThan(0));
	const type = (stream: "internal" | "public", type: "user-typing" | "agent-typing") =>
		publishEphemeral({ sessionId: ana.sessionId, stream, type, data: { on: true } });
	await untilAnswered(poll, () => {
		type("internal", "user-typing");
		type("public", "agent-typing");
	});
	expect(await (await poll).json()).toEqual({
		events: [{ id: null, type: "agent-typing", data: { on: true } }],
		cursor,
		more: false,
	});
});

it("delivers the whole text of a live answer to a poll", async () => {
	const ana = await newCustomer();
	const path = `?sessionId=${ana.sessionId}`;
	const { cursor } = await (await get(syncLoader, `/chat/sync${path}`, ana.token)).json();
	const messageId = randomUUID();
	await sql`insert into ai_turns (session_id, question_seq, state, message_id, partial, lease_until)
		values (${ana.sessionId}, 0, 'running', ${messageId}, '', now() + interval '1 minute')`;
	const writeDelta = (offset: number, text: string) =>
		publishEphemeral({
			sessionId: ana.sessionId,
			stream: "public",
			type: "ai-delta",
			data: { messageId, offset, text },
		});
	const poll = get(pollLoader, `/chat/poll${path}&cursor=${cursor}`, ana.token);
	await until(() => expect(hub.stats().readers).toBeGreaterThan(0));
	writeDelta(0, "Ten days ");
	let deltaTexts = "Ten days ";
	await untilAnswered(poll, () => {
		writeDelta(deltaTexts.length, "and ");
		deltaTexts += "and ";
	});
	const answer = await (await poll).json();
	expect(answer.cursor).toBe(cursor);
	expect(answer.events).toMatchObject([{ id: null, type: "ai-delta", data: { messageId, offset: 0 } }]);
	expect(deltaTexts).toContain(answer.events[0].data.text);
	expect(answer.events[0].data.text).toContain("Ten days and");
});

/**
 * Repeats an action until a long poll has been answered, because the poll may not yet be waiting for events at the
 * first time.
 */
async function untilAnswered(poll: Promise<unknown>, work: () => void): Promise<void> {
	let isAnswered = false;
	void poll.then(() => {
		isAnswered = true;
	});
	await until(() => {
		if (!isAnswered) work();
		expect(isAnswered).toBe(true);
	});
}

it("removes a reader that has disconnected", async () => {
	const ana = await newCustomer();
	await listen(`/chat/events?sessionId=${ana.sessionId}`, ana.token);
	await until(() => expect(hub.stats().readers).toBe(1));
	for (const close of open.splice(0)) await close();
	await until(() => expect(hub.stats()).toMatchObject({ streams: 0, readers: 0 }));
});

it("finds an event whose wake-up was lost with the head check", async () => {
	const ana = await newCustomer();
	// A bus that receives nothing simulates a lost connection to the broker: the head check then runs often.
	const deaf = createHub({ ...createInProcessBus(), isHealthy: () => false });
	await deaf.start();
	const { reader, seqs } = createRecordingReader();
	const leave = await deaf.subscribe([[streamKey("public", ana.sessionId), reader]]);
	await postMessage(ana.sessionId, ana.actor, { message: "nobody told that hub" });
	await until(() => expect(seqs()).toEqual([1]));
	expect(deaf.stats().repairs).toBe(1);
	leave();
	await deaf.stop();
});

it("keeps a cursor and no queue for a reader that takes no bytes, and continues from the cursor", async () => {
	const ana = await newCustomer();
	let isWritable = false;
	const { reader, seqs } = createRecordingReader({ isWritable: () => isWritable });
	const key = streamKey("public", ana.sessionId);
	const leave = await hub.subscribe([[key, reader]]);
	for (let index = 0; index < 300; index += 1) {
		await transact((tx) =>
			publish(tx, {
				sessionId: ana.sessionId,
				stream: "public",
				type: "session-updated",
				data: (place) => ({ ...place, session: {} }),
			}),
		);
	}
	expect(seqs()).toEqual([]);
	isWritable = true;
	hub.resume(key, reader);
	await until(() => expect(seqs()).toHaveLength(300));
	expect(seqs()).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
	leave();
});

it("sends the whole text so far to a reader that connects during an answer", async () => {
	const ana = await newCustomer();
	const messageId = randomUUID();
	await sql`insert into ai_turns (session_id, question_seq, state, message_id, partial, lease_until)
		values (${ana.sessionId}, 0, 'running', ${messageId}, 'Ten days ', now() + interval '1 minute')`;
	const writeDelta = (offset: number, text: string) =>
		publishEphemeral({
			sessionId: ana.sessionId,
			stream: "public",
			type: "ai-delta",
			data: { messageId, offset, text },
		});
	writeDelta(9, "to send ");
	const stream = await listen(`/chat/events?sessionId=${ana.sessionId}`, ana.token);
	const deltas = () => stream.frames.filter((frame) => frame.type === "ai-delta").map((frame) => frame.data);
	await until(() => expect(deltas()).toEqual([{ messageId, offset: 0, text: "Ten days to send " }]));
	writeDelta(17, "it back.");
	await until(() => expect(deltas()).toHaveLength(2));
	expect(deltas()[1]).toEqual({ messageId, offset: 17, text: "it back." });
});

it("publishes new queue positions when an agent takes a session", async () => {
	const first = await newCustomer();
	const second = await newCustomer();
	const stream = await listen(`/chat/events?sessionId=${second.sessionId}`, second.token);
	await until(() => expect(stream.frames).toHaveLength(2));
	const waiting = await requireSession(second.sessionId, second.actor);
	const placeBefore = Number(waiting.queuePosition);
	const { agentId } = await createAgent({
		email: "ana@example.com",
		name: "Ana",
		password: "a-long-password",
	});
	await takeOver(first.sessionId, { agentId, name: "Ana" });
	await until(() =>
		expect(stream.frames.at(-1)?.data).toMatchObject({ session: { queuePosition: placeBefore - 1 } }),
	);
});
