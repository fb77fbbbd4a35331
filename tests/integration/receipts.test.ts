import { afterEach, describe, expect, it } from "vitest";
import { takeOver } from "#app/models/chat-session/change.server.ts";
import { getInboxEntries } from "#app/models/chat-session/inbox.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { markDelivered, markRead } from "#app/models/message/receipts.server.ts";
import { renewLeases } from "#app/realtime/presence/leases.server.ts";
import { action as agentActions } from "#app/routes/admin/conversation/actions.ts";
import { loader as agentEvents } from "#app/routes/admin/events.ts";
import { action as chatActions } from "#app/routes/chat/actions.ts";
import { loader as chatEvents } from "#app/routes/chat/events.ts";
import { sql } from "#db/client.server.ts";
import { eventsOf, makeSession, messagesOf, sessionRow } from "#tests/factories.ts";
import { asAgent, asVisitor, type TestAgent, type TestCustomer } from "#tests/people.ts";
import { call, form, get, type Sender } from "#tests/request.ts";
import { readEvents } from "#tests/setup/event-reader.ts";
import { until } from "#tests/setup/until.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const close of open.splice(0)) await close();
});

/** A session that an agent has taken over. */
async function makeTaken(): Promise<{ ada: TestCustomer; anna: TestAgent; sessionId: string }> {
	const [ada, anna] = await Promise.all([asVisitor(), asAgent("Anna")]);
	const sessionId = await makeSession(ada.identity, "Is anybody there?");
	await takeOver(sessionId, actorOf(anna));
	return { ada, anna, sessionId };
}

const actorOf = ({ agentId, name }: TestAgent) => ({ type: "agent", agentId, name }) as const;

const ofCustomer = (sessionId: string, fields: Record<string, string>, as: Sender) =>
	call(chatActions, form("/chat/actions", { sessionId, ...fields }, as));

const ofAgent = (sessionId: string, fields: Record<string, string>, as: Sender) =>
	call(agentActions, form(`/admin/chat/${sessionId}/actions`, fields, as), { sessionId });

async function listen(response: Promise<Response>) {
	const events = readEvents(await response);
	open.push(events.close);
	return {
		...events,
		eventsOfType: (type: string) =>
			events.frames.filter((frame) => frame.type === type).map((frame) => frame.data.on),
	};
}

describe("a receipt", () => {
	it("marks messages as delivered up to the browser's receipt, and publishes it to both sides once", async () => {
		const { ada, anna, sessionId } = await makeTaken();
		const first = await postMessage(sessionId, actorOf(anna), { message: "Yes." });
		await postMessage(sessionId, actorOf(anna), { message: "What is it?" });
		const place = String(first.message.seq);
		expect((await ofCustomer(sessionId, { intent: "delivered", seq: place }, ada.cookie)).status).toBe(200);
		await ofCustomer(sessionId, { intent: "delivered", seq: place }, ada.cookie);
		const replies = (await messagesOf(sessionId)).filter((row) => row.senderType === "agent");
		expect(replies.map((row) => [row.deliveredAt !== null, row.isRead])).toEqual([
			[true, false],
			[false, false],
		]);
		const updates = (await eventsOf(sessionId)).filter((event) => event.type === "message-updated");
		expect(updates.map((event) => event.data)).toMatchObject([
			{ message: { id: first.message.id, deliveredAt: expect.stringMatching(/Z$/), isRead: false } },
		]);
	});

	it("marks each message once and misses none, also where it names a sequence that no message has yet", async () => {
		const { ada, anna, sessionId } = await makeTaken();
		const customer = { type: "customer", identity: ada.identity } as const;
		const agent = actorOf(anna);
		const beyond = 2_147_483_647;
		const texts = (messages: { message: string }[]) => messages.map(({ message }) => message);
		// There are no messages of an agent yet, so this receipt marks no message.
		expect(await markDelivered(sessionId, customer, beyond)).toEqual([]);
		await postMessage(sessionId, agent, { message: "One" });
		expect(texts(await markDelivered(sessionId, customer, beyond))).toEqual(["One"]);
		expect(texts(await markRead(sessionId, customer, beyond))).toContain("One");
		expect(await markRead(sessionId, customer, beyond)).toEqual([]);
		// The customer writes many messages, so that the server stores the sequence up to which receipts are applied.
		for (let index = 1; index <= 25; index += 1)
			await postMessage(sessionId, customer, { message: `Own ${index}` });
		expect(await markRead(sessionId, customer, beyond)).toEqual([]);
		expect((await sessionRow(sessionId)).customerReadSeq).toBe((await sessionRow(sessionId)).lastSeq);
		await postMessage(sessionId, agent, { message: "Two" });
		expect(texts(await markRead(sessionId, customer, beyond))).toEqual(["Two"]);
		expect(await markDelivered(sessionId, customer, beyond)).toEqual([]);
		expect((await messagesOf(sessionId)).filter((row) => row.senderType !== "user" && !row.isRead)).toEqual(
			[],
		);
	});

	it("marks more messages than it announces at once with the next ones, and the list counts what is left", async () => {
		const { ada, anna, sessionId } = await makeTaken();
		const agent = actorOf(anna);
		const unread = async () => (await getInboxEntries([sessionId]))[0]?.unread;
		await sql`
			select add_message(jsonb_build_object('id', gen_random_uuid(), 'sessionId', ${sessionId}::text, 'senderType', 'user',
				'message', 'Text ' || n, 'messageType', 'text', 'metadata', '{}'::jsonb), 'another')
			from generate_series(1, 249) n`;
		expect(await unread()).toBe(250);
		const { lastSeq } = await sessionRow(sessionId);
		const counts: (number | undefined)[] = [];
		for (let times = 0; times < 4; times += 1) {
			counts.push((await markRead(sessionId, agent, lastSeq)).length, await unread());
		}
		expect(counts).toEqual([100, 150, 100, 50, 50, 0, 0, 0]);
		await postMessage(sessionId, { type: "customer", identity: ada.identity }, { message: "New" });
		await postMessage(sessionId, agent, { message: "Yes" });
		expect(await unread()).toBe(1);
		// A receipt for an earlier message changes nothing.
		expect(await markRead(sessionId, agent, lastSeq)).toEqual([]);
		expect(await unread()).toBe(1);
		expect(await markRead(sessionId, agent, lastSeq + 1_000)).toHaveLength(1);
		expect(await unread()).toBe(0);
	});

	it("costs one write a second, however many receipts one reader sends", async () => {
		const { ada, anna, sessionId } = await makeTaken();
		const seqs: number[] = [];
		for (let index = 1; index <= 20; index += 1) {
			const { message } = await postMessage(sessionId, actorOf(anna), { message: `Line ${index}` });
			seqs.push(message.seq);
		}
		const startedAt = performance.now();
		const answers = await Promise.all(
			seqs.map((seq) => ofCustomer(sessionId, { intent: "read", seq: String(seq) }, ada.cookie)),
		);
		expect(answers.every((answer) => answer.status === 200)).toBe(true);
		const [writes] = await sql<{ transactions: number; unread: number }[]>`
			select count(distinct xmin::text)::int as transactions, count(*) filter (where not is_read)::int as unread
			from chat_messages where session_id = ${sessionId} and sender_type = 'agent'`;
		expect(writes?.unread).toBe(0);
		const seconds = Math.floor((performance.now() - startedAt) / 1_000);
		// Most receipts that may be sent: the first one, one for the changes within the next second, and one for each
		// second that the requests took.
		expect(writes?.transactions).toBeLessThanOrEqual(2 + seconds);
	});

	it("of a colleague who only watches does not mark a message as read", async () => {
		const { sessionId, anna } = await makeTaken();
		const bert = await asAgent("Bert");
		await ofAgent(sessionId, { intent: "read", seq: "1" }, bert);
		expect((await messagesOf(sessionId))[0]?.isRead).toBe(false);
		await ofAgent(sessionId, { intent: "read", seq: "1" }, anna);
		expect((await messagesOf(sessionId))[0]?.isRead).toBe(true);
	});

	it("for somebody else's session is refused, also after an accepted one", async () => {
		const { ada, sessionId } = await makeTaken();
		const eve = await asVisitor();
		const answers = await Promise.all([
			ofCustomer(sessionId, { intent: "read", seq: "9" }, eve.cookie),
			ofCustomer(sessionId, { intent: "read", seq: "0" }, ada.cookie),
			ofCustomer(sessionId, { intent: "delivered", seq: "9" }, eve.cookie),
		]);
		expect(answers.map((answer) => answer.status)).toEqual([404, 200, 404]);
		expect((await messagesOf(sessionId)).some((row) => row.isRead)).toBe(false);
	});
});

describe("presence", () => {
	it("shows agents when the customer comes and goes, and is not on the customer's own stream", async () => {
		const { ada, anna, sessionId } = await makeTaken();
		const desk = await listen(call(agentEvents, get(`/admin/chat/events?sessionId=${sessionId}`, anna)));
		await until(() => expect(desk.eventsOfType("customer-presence")).toEqual([false]));
		const home = await listen(call(chatEvents, get(`/chat/events?sessionId=${sessionId}`, ada.cookie)));
		await until(() => expect(desk.eventsOfType("customer-presence")).toEqual([false, true]));
		await until(() => expect(home.eventsOfType("agent-presence").at(-1)).toBe(true));
		await home.close();
		await until(() => expect(desk.eventsOfType("customer-presence")).toEqual([false, true, false]));
		expect(home.eventsOfType("customer-presence")).toEqual([]);
	});

	it("of an agent is published to their customers, and stored in the agents' table", async () => {
		const { ada, anna, sessionId } = await makeTaken();
		const home = await listen(call(chatEvents, get(`/chat/events?sessionId=${sessionId}`, ada.cookie)));
		await until(() => expect(home.eventsOfType("agent-presence")).toEqual([false]));
		const inbox = await listen(call(agentEvents, get("/admin/chat/events", anna)));
		await until(() => expect(home.eventsOfType("agent-presence")).toEqual([false, true]));
		expect(await isOnline(anna)).toBe(true);
		await inbox.close();
		await until(() => expect(home.eventsOfType("agent-presence")).toEqual([false, true, false]));
		expect(await isOnline(anna)).toBe(false);
	});

	it("ends with the lease when the process that held it has died", async () => {
		const { ada, anna, sessionId } = await makeTaken();
		await sql`
			insert into presence_leases (party, process, until)
			values (${`agent:${anna.agentId}`}, 'a process that died', now() + interval '30 seconds')`;
		const home = await listen(call(chatEvents, get(`/chat/events?sessionId=${sessionId}`, ada.cookie)));
		await until(() => expect(home.eventsOfType("agent-presence")).toEqual([true]));
		await renewLeases();
		expect(home.eventsOfType("agent-presence")).toEqual([true]);
		await sql`update presence_leases set until = now() - interval '1 second' where process = 'a process that died'`;
		await renewLeases();
		await until(() => expect(home.eventsOfType("agent-presence")).toEqual([true, false]));
	});
});

async function isOnline({ agentId }: TestAgent): Promise<boolean | undefined> {
	const [row] = await sql<{ online: boolean }[]>`
		select is_online as online from chat_agents where id = ${agentId}`;
	return row?.online;
}
