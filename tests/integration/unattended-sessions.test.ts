import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { setEnv } from "#app/env.server.ts";
import { createAgent, recordAgentActivity } from "#app/models/agent/agent.server.ts";
import { getLatestTurn, leaseTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { takeOver } from "#app/models/chat-session/change.server.ts";
import { requestAgent } from "#app/models/chat-session/queue.server.ts";
import { repairCounts, repairUnattended } from "#app/models/chat-session/unattended.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { saveSetting } from "#app/models/setting/store.server.ts";
import { loader as readyz } from "#app/routes/ops/readyz.ts";
import { sql } from "#db/client.server.ts";
import { makeSession, messagesOf, sessionRow } from "#tests/factories.ts";
import { asVisitor } from "#tests/people.ts";
import { bodyOf, call, get } from "#tests/request.ts";
import { until } from "#tests/setup/until.ts";

beforeAll(() => setEnv({ RATE_LIMITS: "off" }));

async function waitingCustomer(...texts: string[]) {
	const ana = await asVisitor();
	const sessionId = await makeSession(ana.identity, ...texts);
	const actor = { type: "customer", identity: ana.identity } as const;
	return { sessionId, actor };
}

async function newAgent(name: string) {
	const { agentId } = await createAgent({
		email: `${randomUUID()}@store.test`,
		name,
		password: "a-long-password",
	});
	return { agentId, name };
}

/** Moves all times of a session into the past by a number of minutes. */
async function moveSessionIntoPast(sessionId: string, minutes: number) {
	const span = `${minutes} minutes`;
	await sql`update chat_messages set sent_at = sent_at - ${span}::interval where session_id = ${sessionId}`;
	await sql`update ai_turns set due_at = due_at - ${span}::interval, lease_until = lease_until - ${span}::interval where session_id = ${sessionId}`;
	await sql`update chat_sessions set assigned_at = assigned_at - ${span}::interval, queued_at = queued_at - ${span}::interval,
		queue_deadline = queue_deadline - ${span}::interval where session_id = ${sessionId}`;
}

const notices = async (sessionId: string) =>
	(await messagesOf(sessionId)).flatMap(({ senderType, message }) =>
		senderType === "system" ? [message] : [],
	);
const problemsOf = (repaired: { sessionId: string; problem: string }[], sessionId: string) =>
	repaired.filter((one) => one.sessionId === sessionId).map(({ problem }) => problem);

describe("the watchdog", () => {
	it("checks recent sessions each time, and all of them when it is asked to", async () => {
		const { sessionId } = await waitingCustomer("Is anybody there?");
		await sql`update ai_turns set state = 'superseded' where session_id = ${sessionId}`;
		await moveSessionIntoPast(sessionId, 300);
		await sql`update chat_sessions set last_message_at = now() - interval '5 hours' where session_id = ${sessionId}`;
		const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
		expect(problemsOf(await repairUnattended(hoursAgo(3)), sessionId)).toEqual([]);
		expect(problemsOf(await repairUnattended(hoursAgo(6)), sessionId)).toEqual(["unpromised"]);
		await sql`update ai_turns set state = 'superseded' where session_id = ${sessionId}`;
		expect(problemsOf(await repairUnattended(hoursAgo(3)), sessionId)).toEqual([]);
		expect(problemsOf(await repairUnattended(), sessionId)).toEqual(["unpromised"]);
		// The watchdog finds a turn that no worker answers, no matter when the turn was due.
		await sql`update ai_turns set due_at = now() - interval '5 hours' where session_id = ${sessionId} and state = 'due'`;
		expect(problemsOf(await repairUnattended(hoursAgo(3)), sessionId)).toEqual(["unkept"]);
	});

	it("enqueues a missing turn again, and escalates when it is lost repeatedly", async () => {
		const { sessionId } = await waitingCustomer("Is anybody there?");
		for (let lost = 1; lost < 3; lost += 1) {
			await sql`update ai_turns set state = 'superseded' where session_id = ${sessionId}`;
			await moveSessionIntoPast(sessionId, 1);
			expect(problemsOf(await repairUnattended(), sessionId)).toEqual(["unpromised"]);
			expect(await getLatestTurn(sessionId)).toMatchObject({ state: "due" });
			expect(problemsOf(await repairUnattended(), sessionId)).toEqual([]);
		}
		await sql`update ai_turns set state = 'superseded' where session_id = ${sessionId}`;
		await repairUnattended();
		expect(await sessionRow(sessionId)).toMatchObject({ status: "queued", queueReason: "assistant-failed" });
	});

	it("queues sessions whose turn no process works on, and leaves others", async () => {
		const kept = await waitingCustomer("Who answers me?");
		const lost = await waitingCustomer("And me?");
		for (const { sessionId } of [kept, lost]) await moveSessionIntoPast(sessionId, 10);
		expect(await leaseTurn(kept.sessionId)).not.toBeNull();
		const repaired = await repairUnattended();
		expect(problemsOf(repaired, kept.sessionId)).toEqual([]);
		expect(problemsOf(repaired, lost.sessionId)).toEqual(["unkept"]);
		expect(await sessionRow(lost.sessionId)).toMatchObject({ status: "queued" });
		expect((await sessionRow(lost.sessionId)).queueDeadline).not.toBeNull();
		expect((await getLatestTurn(lost.sessionId))?.state).toBe("superseded");
	});

	it("returns a session of an absent agent to the queue, ahead of others and without losing anything", async () => {
		const { sessionId, actor } = await waitingCustomer("I need a person");
		const agent = await newAgent("Tara");
		await takeOver(sessionId, agent);
		await recordAgentActivity(agent.agentId);
		await postMessage(sessionId, actor, { message: "Are you there?" });
		await moveSessionIntoPast(sessionId, 6);
		await sql`update chat_agents set last_active_at = now() - interval '7 minutes' where id = ${agent.agentId}`;
		expect(problemsOf(await repairUnattended(), sessionId)).toEqual(["agent-away"]);
		expect(await sessionRow(sessionId)).toMatchObject({
			status: "queued",
			queueReason: "agent-away",
			priority: "high",
			assignedAgentId: null,
		});
		expect((await notices(sessionId)).at(-1)).toMatch(/^Tara had to leave\. Your messages are saved/);
		expect((await messagesOf(sessionId)).map(({ message }) => message)).toContain("Are you there?");
		const [row] = await sql`select current_sessions from chat_agents where id = ${agent.agentId}`;
		expect(row?.current_sessions).toBe(0);
	});

	it("gives a present agent who has read the message time, but not without limit", async () => {
		const { sessionId, actor } = await waitingCustomer("I need a person");
		const agent = await newAgent("Tom");
		await takeOver(sessionId, agent);
		await postMessage(sessionId, actor, { message: "What about my lamp?" });
		await moveSessionIntoPast(sessionId, 6);
		await recordAgentActivity(agent.agentId);
		expect(problemsOf(await repairUnattended(), sessionId)).toEqual([]);
		await moveSessionIntoPast(sessionId, 10);
		await recordAgentActivity(agent.agentId);
		expect(problemsOf(await repairUnattended(), sessionId)).toEqual(["agent-away"]);
	});

	it("leaves a session with its agent while the customer's answer is awaited", async () => {
		const { sessionId } = await waitingCustomer("I need a person");
		const agent = await newAgent("Tim");
		await takeOver(sessionId, agent);
		await postMessage(sessionId, { type: "agent", ...agent }, { message: "How can I help?" });
		await moveSessionIntoPast(sessionId, 600);
		await sql`update chat_agents set last_active_at = now() - interval '1 day' where id = ${agent.agentId}`;
		expect(problemsOf(await repairUnattended(), sessionId)).toEqual([]);
	});

	it("writes once that no agent came by the deadline", async () => {
		await saveSetting("queue", { answerWithinMinutes: 4 });
		const { sessionId, actor } = await waitingCustomer();
		await requestAgent(sessionId, actor);
		const { queueDeadline } = await sessionRow(sessionId);
		expect(Math.round(((queueDeadline?.getTime() ?? 0) - Date.now()) / 60_000)).toBe(4);
		await moveSessionIntoPast(sessionId, 5);
		expect(problemsOf(await repairUnattended(), sessionId)).toEqual(["overdue"]);
		expect(problemsOf(await repairUnattended(), sessionId)).toEqual([]);
		expect((await sessionRow(sessionId)).priority).toBe("normal");
		expect((await notices(sessionId)).at(-1)).toBe(
			"Sorry for the wait. We can't say yet how long it will take.",
		);
	});

	it("sets a missing deadline of a queued session", async () => {
		const { sessionId, actor } = await waitingCustomer();
		await requestAgent(sessionId, actor);
		await sql`update chat_sessions set queue_deadline = null where session_id = ${sessionId}`;
		expect(problemsOf(await repairUnattended(), sessionId)).toEqual(["no-deadline"]);
		expect((await sessionRow(sessionId)).queueDeadline).not.toBeNull();
	});

	it("repairs each session once when many processes check at the same moment, and counts it", async () => {
		const { sessionId, actor } = await waitingCustomer();
		await requestAgent(sessionId, actor);
		await moveSessionIntoPast(sessionId, 60);
		const before = repairCounts.overdue;
		const rounds = await Promise.all(Array.from({ length: 8 }, () => repairUnattended()));
		expect(problemsOf(rounds.flat(), sessionId)).toEqual(["overdue"]);
		expect((await notices(sessionId)).filter((text) => text.includes("Sorry for the wait"))).toHaveLength(1);
		const { repaired } = await bodyOf<{ repaired: Record<string, number> }>(
			await call(readyz, get("/readyz")),
		);
		expect(repaired.overdue).toBe(before + 1);
	});
});

it("does not lose a message that arrives in the moment in which a turn is leased", async () => {
	const { sessionId, actor } = await waitingCustomer("The first question");
	await sql`update ai_turns set due_at = now() where session_id = ${sessionId}`;
	let second: Promise<unknown> = Promise.resolve();
	// Another process takes the lease of the turn; before it commits, the customer writes another message.
	await sql.begin(async (taker) => {
		await taker`update ai_turns set state = 'running', fence = fence + 1, lease_until = now() + interval '10 seconds'
			where session_id = ${sessionId}`;
		second = postMessage(sessionId, actor, { message: "The second question" });
		await until(async () => {
			const [row] = await sql`select count(*)::int as waiting from pg_stat_activity
				where datname = current_database() and wait_event_type = 'Lock' and query ilike '%write_posts%'`;
			expect(row?.waiting).toBe(1);
		});
	});
	await second;
	const turns =
		await sql`select state, question_seq, fence from ai_turns where session_id = ${sessionId} order by created_at`;
	const seqs = (await messagesOf(sessionId)).map(({ seq }) => seq);
	// The first turn is superseded, because its process has read only one message; the new turn answers both.
	expect(turns).toEqual([
		{ state: "superseded", question_seq: seqs[0], fence: 1 },
		{ state: "due", question_seq: seqs[1], fence: 0 },
	]);
});
