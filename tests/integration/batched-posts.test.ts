import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { setEnv } from "#app/env.server.ts";
import { endSession } from "#app/models/chat-session/change.server.ts";
import type { Actor, CustomerIdentity } from "#app/models/chat-session/scope.server.ts";
import { Conflict, NotFound, TooMany } from "#app/models/errors.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { type SessionPost, writePosts } from "#app/models/message/write-posts.server.ts";
import type { Bus, Envelope, WakeUp } from "#app/realtime/bus/bus.ts";
import { createInProcessBus } from "#app/realtime/bus/in-process.server.ts";
import { decodePacket, encodePackets } from "#app/realtime/bus/sender.ts";
import { streamKey } from "#app/realtime/events.ts";
import { createHub, hub } from "#app/realtime/hub.server.ts";
import { createListener } from "#app/realtime/listener.server.ts";
import { readLog } from "#app/realtime/log.server.ts";
import { publish, transact, transactAlone } from "#app/realtime/publish.server.ts";
import { sql } from "#db/client.server.ts";
import { eventsOf, makeSession, messagesOf, NEW_SESSION, sessionRow } from "#tests/factories.ts";
import { createRecordingReader } from "#tests/setup/collector.ts";
import { until } from "#tests/setup/until.ts";

beforeAll(() => setEnv({ RATE_LIMITS: "on", ASSISTANT: "on" }));

type Customer = {
	identity: CustomerIdentity;
	sessionId: string;
	actor: { type: "customer"; identity: CustomerIdentity };
};

async function newCustomer(): Promise<Customer> {
	const identity = { visitorId: randomUUID(), customerId: null };
	return { identity, sessionId: await makeSession(identity), actor: { type: "customer", identity } };
}
const newCustomers = (count: number) => Promise.all(Array.from({ length: count }, newCustomer));
const post = ({ sessionId, actor }: Customer, message: string, clientMessageId?: string) =>
	postMessage(sessionId, actor, { message, ...(clientMessageId ? { clientMessageId } : {}) });
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** The number of database transactions that wrote the messages of these customers. */
async function countTransactions(customers: Customer[]): Promise<number> {
	const ids = JSON.stringify(customers.map(({ sessionId }) => sessionId));
	const [row] = await sql<{ count: number }[]>`
		select count(distinct xmin::text)::int as count from chat_messages
		where session_id in (select value::uuid from jsonb_array_elements_text(${ids}::text::jsonb))`;
	return row?.count ?? 0;
}

describe("posts that come at the same time", () => {
	it("each get their own result, in one order without gaps", async () => {
		const customers = await newCustomers(10);
		const [first, second] = customers as [Customer, Customer];
		const [ended, stranger, chatty] = (await newCustomers(3)) as [Customer, Customer, Customer];
		await endSession(ended.sessionId, ended.actor);
		const normal = upTo(200).map((index) => {
			const customer = customers[index % customers.length] as Customer;
			// Each message is posted twice with the same id.
			return post(customer, `Message ${index}`, `id-${Math.ceil(index / 20)}`);
		});
		const refused = Promise.allSettled([
			post(ended, "Still there?"),
			postMessage(first.sessionId, stranger.actor, { message: "Let me in" }),
			postMessage(randomUUID(), first.actor, { message: "Nowhere" }),
			postMessage(second.sessionId, { type: "agent", agentId: randomUUID(), name: "Kit" }, { message: "Hm" }),
		]);
		const flood = Promise.allSettled(upTo(40).map((index) => post(chatty, `Word ${index}`)));

		const posted = await Promise.all(normal);
		const reasons = (await refused).map((result) => result.status === "rejected" && result.reason);
		expect(reasons[0]).toBeInstanceOf(Conflict);
		expect(reasons[1]).toBeInstanceOf(NotFound);
		expect(reasons[2]).toBeInstanceOf(NotFound);
		expect(reasons[3]).toMatchObject({
			status: 409,
			message: "Another agent has taken this conversation. Your text was not sent.",
		});
		const refusals = (await flood).flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
		expect(refusals).toHaveLength(10);
		for (const refusal of refusals) {
			expect(refusal).toBeInstanceOf(TooMany);
			expect(refusal.retryAfterSeconds).toBeGreaterThanOrEqual(58);
			expect(refusal.retryAfterSeconds).toBeLessThanOrEqual(60);
			expect(refusal.message).toContain(`send it again in ${refusal.retryAfterSeconds} seconds`);
		}
		expect((await messagesOf(chatty.sessionId)).map(({ message }) => message)).toEqual(
			upTo(30).map((index) => `Word ${index}`),
		);
		expect(posted.filter(({ isNew }) => isNew)).toHaveLength(100);
		for (const customer of customers) {
			const messages = await messagesOf(customer.sessionId);
			expect(messages.map(({ seq }) => seq)).toEqual(upTo(10));
			const events = await eventsOf(customer.sessionId);
			expect(events.map(({ seq }) => seq)).toEqual(upTo(10));
			expect(events.map(({ data }) => (data as { message: { id: string } }).message.id)).toEqual(
				messages.map(({ id }) => id),
			);
			const row = await sessionRow(customer.sessionId);
			expect(row).toMatchObject({ lastSeq: 10, lastMessageAt: messages.at(-1)?.sentAt });
			// Both posts with the same id have the same result, whichever of them was written.
			const mine = posted.filter(({ message }) => message.sessionId === customer.sessionId);
			expect(new Set(mine.map(({ message }) => message.id)).size).toBe(10);
			const [turn] = await sql<{ seq: number; open: number }[]>`
				select max(question_seq) as seq, count(*)::int as open from ai_turns
				where session_id = ${customer.sessionId} and state in ('due', 'running')`;
			expect(turn).toEqual({ seq: 10, open: 1 });
		}
		expect(await countTransactions([...customers, chatty])).toBeLessThan(30);
	});

	it("count a sender's minute over all their sessions at once", async () => {
		const identity = { visitorId: randomUUID(), customerId: null };
		const sessions = await Promise.all(upTo(5).map(() => makeSession(identity)));
		const results = await Promise.allSettled(
			upTo(60).map((index) =>
				postMessage(sessions[index % 5] as string, { type: "customer", identity }, { message: `${index}` }),
			),
		);
		expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(30);
	});

	it("keep the order in which they reached a session", async () => {
		const ana = await newCustomer();
		const neighbours = await newCustomers(5);
		await Promise.all(
			upTo(25).flatMap((index) => [post(ana, `${index}`), ...neighbours.map((one) => post(one, "Hello"))]),
		);
		expect((await messagesOf(ana.sessionId)).map(({ message }) => message)).toEqual(upTo(25).map(String));
	});

	it("are not affected by one that the database rejects", async () => {
		const customers = await newCustomers(8);
		const [unlucky] = customers as [Customer];
		const results = await Promise.allSettled([
			...customers.map((one) => post(one, "Before")),
			// No route accepts a message with a NUL character, and Postgres rejects the whole statement because of it.
			post(unlucky, "A \0 in it"),
			...customers.map((one) => post(one, "After")),
		]);
		expect(results.filter(({ status }) => status === "rejected")).toHaveLength(1);
		expect(results[8]?.status).toBe("rejected");
		for (const one of customers) {
			const messages = await messagesOf(one.sessionId);
			expect(messages.map(({ seq, message }) => [seq, message])).toEqual([
				[1, "Before"],
				[2, "After"],
			]);
		}
	});

	it("do not wait for sessions that another transaction has locked", async () => {
		const [free, ...held] = (await newCustomers(6)) as [Customer, ...Customer[]];
		let letGo = () => {};
		const isHeld = new Promise<void>((resolve) => {
			letGo = resolve;
		});
		let hasThem = () => {};
		const taken = new Promise<void>((resolve) => {
			hasThem = resolve;
		});
		const holding = sql.begin(async (tx) => {
			for (const { sessionId } of held)
				await tx`select 1 from chat_sessions where session_id = ${sessionId} for update`;
			hasThem();
			await isHeld;
		});
		await taken;
		let answered = 0;
		const waiting: Promise<unknown>[] = [];
		for (const one of held) {
			// A session whose row is locked gets two messages: the first in one batch with a post to an unlocked session,
			// the second behind the first. Other batches follow each of these posts.
			waiting.push(post(one, "Held").then(() => (answered += 1)));
			await post(free, "Beside it");
			waiting.push(post(one, "Behind it").then(() => (answered += 1)));
			await post(free, "After it");
		}
		expect(answered).toBe(0);
		letGo();
		await Promise.all([holding, ...waiting]);
		for (const { sessionId } of held) {
			expect((await messagesOf(sessionId)).map(({ message }) => message)).toEqual(["Held", "Behind it"]);
		}
	});

	it("write a customer's message once, whichever of their sessions it is sent to", async () => {
		const identity = { visitorId: randomUUID(), customerId: null };
		const [one, other] = [await makeSession(identity), await makeSession(identity)];
		const send = (sessionId: string) =>
			postMessage(
				sessionId,
				{ type: "customer", identity },
				{ message: "Once", clientMessageId: "c-1" },
				NEW_SESSION,
			);
		const posted = await Promise.all([send(one), send(other), send(one), send(other)]);
		expect(new Set(posted.map((answer) => answer.message.id)).size).toBe(1);
		expect(posted.filter((answer) => answer.isNew)).toHaveLength(1);
		expect([...(await messagesOf(one)), ...(await messagesOf(other))]).toHaveLength(1);
		const stranger: Actor = { type: "customer", identity: { ...identity, visitorId: randomUUID() } };
		const { message } = await postMessage(one, stranger, { message: "Mine?" }, NEW_SESSION);
		expect([one, other]).not.toContain(message.sessionId);
		expect(await messagesOf(message.sessionId)).toHaveLength(1);
	});

	it.each([
		{ name: "each in a call of its own", isOneCall: false },
		{ name: "all in one call", isOneCall: true },
	])("find what has been written before, and prefer the same conversation ($name)", async ({ isOneCall }) => {
		const identity = { visitorId: randomUUID(), customerId: null };
		const [one, other, ended] = [
			await makeSession(identity),
			await makeSession(identity),
			await makeSession(identity),
		];
		const actor: Actor = { type: "customer", identity };
		await endSession(ended, actor);
		const stranger = await newCustomer();
		const agent: Actor = { type: "agent", agentId: randomUUID(), name: "Kit" };
		const program: Actor = { type: "api-key", name: identity.visitorId };
		const post = (sessionId: string, by: Actor, id: string | null, mayGoElsewhere = false): SessionPost => ({
			sessionId,
			actor: by,
			post: { message: `${id}`, clientMessageId: id },
			mayGoElsewhere,
		});
		const posts = [
			post(one, actor, "x", true),
			post(other, actor, "x", true),
			post(ended, actor, "x", true),
			// The message id exists in another session only, so it is new in this session.
			post(other, actor, "x"),
			post(other, actor, "x", true),
			// Messages of another person or of another sender type may have the same client message id.
			post(stranger.sessionId, stranger.actor, "x", true),
			post(one, program, "x"),
			post(one, program, "x"),
			post(one, agent, "y"),
			post(ended, actor, "y", true),
			post(one, actor, null, true),
			post(one, actor, null, true),
			post(randomUUID(), actor, "x", true),
		];
		const groups = isOneCall ? [posts] : posts.map((single) => [single]);
		const outcomes = [];
		for (const group of groups)
			outcomes.push(...(await transactAlone((run) => writePosts(run, group, { waits: true }))));
		expect(outcomes.map(({ kind }) => kind)).toEqual([
			"written",
			"written-before",
			"written-before",
			"written",
			"written-before",
			"written",
			"written",
			"written-before",
			"refused",
			"elsewhere",
			"written",
			"written",
			"elsewhere",
		]);
		expect(
			outcomes.flatMap((outcome) => (outcome.kind === "written-before" ? outcome.sessionId : [])),
		).toEqual([one, one, other, one]);
		expect((await messagesOf(one)).map(({ seq, senderId }) => [seq, senderId])).toEqual(
			upTo(4).map((seq) => [seq, identity.visitorId]),
		);
		expect((await sessionRow(one)).lastSeq).toBe(4);
		expect((await sessionRow(other)).lastSeq).toBe(1);
	});

	it("find existing messages when many customers use the same ids", async () => {
		const customers = await newCustomers(30);
		await Promise.all(customers.map((one) => post(one, "First", "1")));
		const [ana] = customers as [Customer];
		const another = await makeSession(ana.identity);
		const retry = () => ({
			sessionId: another,
			actor: ana.actor,
			post: { message: "First", clientMessageId: "1" },
			mayGoElsewhere: true,
		});
		const newcomer = await newCustomer();
		const posts = [retry(), { ...retry(), sessionId: newcomer.sessionId, actor: newcomer.actor }, retry()];
		for (const group of [[retry()], posts]) {
			const outcomes = await transactAlone((run) => writePosts(run, group, { waits: false }));
			expect(outcomes.map(({ kind }) => kind)).toEqual(
				group.length === 1 ? ["written-before"] : ["written-before", "written", "written-before"],
			);
			expect(outcomes[0]).toMatchObject({ sessionId: ana.sessionId });
		}
		expect(await messagesOf(another)).toEqual([]);
	});

	it("count a sender's minute within one call and between calls", async () => {
		const ana = await newCustomer();
		const posts = upTo(35).map(
			(index): SessionPost => ({
				sessionId: ana.sessionId,
				actor: ana.actor,
				post: { message: `${index}`, clientMessageId: `id-${Math.min(index, 34)}` },
				mayGoElsewhere: true,
			}),
		);
		const [first, rest] = [posts.slice(0, 3), posts.slice(3)];
		await transactAlone((run) => writePosts(run, first, { waits: false }));
		const outcomes = await transactAlone((run) => writePosts(run, rest, { waits: false }));
		expect(outcomes.map(({ kind }) => kind)).toEqual([
			...upTo(27).map(() => "written"),
			...upTo(5).map(() => "refused"),
		]);
		const refused = outcomes.find((outcome) => outcome.kind === "refused");
		expect(refused?.error).toMatchObject({ status: 429 });
		expect((await messagesOf(ana.sessionId)).map(({ seq }) => seq)).toEqual(upTo(30));
	});

	it("of two processes never deadlock", async () => {
		const customers = await newCustomers(40);
		// The batches write to the same sessions in opposite orders, as batches of two processes may, so that their row
		// locks could cause a deadlock.
		const groups = upTo(40).map((round) =>
			customers
				.filter((_, index) => (index * 7 + round) % 3 > 0)
				.sort(() => (round % 2 === 0 ? 1 : -1))
				.map(
					({ sessionId, actor }): SessionPost => ({
						sessionId,
						actor,
						post: { message: `Round ${round}` },
						mayGoElsewhere: false,
					}),
				),
		);
		await Promise.all(groups.map((group) => transactAlone((run) => writePosts(run, group, { waits: true }))));
		for (const { sessionId } of customers) {
			const wanted = groups.filter((group) => group.some((post) => post.sessionId === sessionId)).length;
			expect((await messagesOf(sessionId)).map(({ seq }) => seq)).toEqual(upTo(wanted));
		}
	}, 120_000);
});

describe("other processes", () => {
	async function overhear() {
		const received: WakeUp[] = [];
		const listener = createListener({
			channel: "mevi_chat",
			onPayload: (payload) => received.push(...(decodePacket("another", payload)?.wakeUps ?? [])),
			onGap: () => {},
		});
		await listener.start();
		onTestFinished(() => listener.stop());
		const of = ({ sessionId }: Customer) =>
			received.filter(([key]) => key === streamKey("public", sessionId));
		return { of };
	}

	it("receive each message once", async () => {
		const { of } = await overhear();
		const [ana, ben, cleo] = (await newCustomers(3)) as [Customer, Customer, Customer];
		await Promise.all([
			post(ana, "Hello"),
			post(ben, "x".repeat(2_000)),
			post(ana, "Again"),
			post(cleo, "A \0 in it").catch(() => {}),
		]);
		await post(cleo, "Last");
		await until(() => expect(of(cleo)).toHaveLength(1));
		const key = streamKey("public", ana.sessionId);
		const logged = (await readLog(key, 0)).map(({ seq, type, json }) => [key, seq, [type, json]]);
		expect(of(ana)).toEqual(logged);
		// The event is too large to be sent inside its wake-up, so only the wake-up is sent.
		expect(of(ben)).toEqual([[streamKey("public", ben.sessionId), 1]]);
	});

	it("receive a message once, even when batches fail after the one that wrote it", async () => {
		const { of } = await overhear();
		const [ana, ben, cleo] = (await newCustomers(3)) as [Customer, Customer, Customer];
		const fail = () => expect(post(cleo, "A \0 in it")).rejects.toThrow();
		await post(ana, "First");
		await fail();
		await Promise.all([fail(), fail(), post(ben, "Beside a failure"), fail()]);
		await fail();
		await post(ana, "Second");
		await fail();
		await post(cleo, "Last");
		// Postgres delivers notifications in the order of their commits, so no earlier notification can arrive after this
		// one.
		await until(() => expect(of(cleo)).toHaveLength(1));
		expect(of(ana).map(([, seq]) => seq)).toEqual([1, 2]);
		expect(of(ben).map(([, seq]) => seq)).toEqual([1]);
	});
});

describe("a wake-up with its event", () => {
	/** Creates a hub that simulates another process and receives the envelopes that this test sends. */
	async function startOther() {
		let onEnvelope: (envelope: Envelope) => void = () => {};
		const bus: Bus = {
			...createInProcessBus(),
			start: async (handlers) => {
				onEnvelope = handlers.onEnvelope;
			},
		};
		const other = createHub(bus);
		await other.start();
		const receive = (...wakeUps: Envelope["wakeUps"]) => {
			// The envelope is encoded and decoded, as between two processes.
			const packets = encodePackets({ wakeUps, ephemerals: [] }, { node: "there", limitBytes: 7_500 });
			for (const packet of packets)
				onEnvelope(decodePacket("here", packet) ?? { wakeUps: [], ephemerals: [] });
		};
		return { other, receive };
	}

	it("delivers exactly the event that a read of the event log returns", async () => {
		const ana = await newCustomer();
		const key = streamKey("public", ana.sessionId);
		const [near, far] = [createRecordingReader(), createRecordingReader()];
		const { other, receive } = await startOther();
		const leaves = [await hub.subscribe([[key, near.reader]]), await other.subscribe([[key, far.reader]])];
		await postMessage(
			ana.sessionId,
			{ type: "api-key", name: "Order “system”" },
			{ message: 'é 🎈 \\ "quoted"\n\ttab', metadata: { z: 1.5, a: { "10": null, "9": [true] } } },
		);
		await post(ana, "Short", "c-2");
		await transact((tx) =>
			publish(tx, {
				sessionId: ana.sessionId,
				stream: "public",
				type: "session-updated",
				data: (place) => ({ ...place, session: { startedAt: new Date(0), tags: [] } }),
			}),
		);
		const logged = await readLog(key, 0);
		expect(logged).toHaveLength(3);
		await until(() => expect(near.received).toEqual([...logged]));
		for (const { stream, seq, type, json } of near.received) receive([stream, seq, [type, json]]);
		// The hub took the event from the wake-up itself, without a query.
		expect(far.received).toEqual([...logged]);
		for (const leave of leaves) leave();
		await other.stop();
	});

	it("is used only if it is the next event, and is fetched otherwise", async () => {
		const ana = await newCustomer();
		const key = streamKey("public", ana.sessionId);
		const { received: taken, reader } = createRecordingReader();
		const { other, receive } = await startOther();
		const leave = await other.subscribe([[key, reader]]);
		for (const words of ["one", "two", "three"]) await post(ana, words);
		const logged = await readLog(key, 0);
		receive([key, 3, ["new-message", '{"never": "written"}']]);
		await until(() => expect(taken).toEqual([...logged]));
		// The same wake-ups arrive twice, and late.
		receive([key, 3, ["new-message", "{}"]], [key, 1, ["new-message", "{}"]], [key, 2]);
		receive([key, 4, ["new-message", '{"four": 4}']]);
		expect(taken.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
		leave();
		const nobodys = streamKey("public", randomUUID());
		receive([nobodys, 1, ["new-message", "{}"]]);
		expect(other.stats().streams).toBe(0);
		await other.stop();
	});
});
