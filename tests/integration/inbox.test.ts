import { randomUUID } from "node:crypto";
import { sql as query } from "drizzle-orm";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { isFrustrated } from "#app/ai/escalation/frustration.ts";
import { writeHandover } from "#app/ai/escalation/handover.server.ts";
import { type JobPayloads, setJobHandler } from "#app/job-queue.server.ts";
import { checkUrgency } from "#app/jobs/check-urgency.server.ts";
import { listAssistantActions, logToolRun } from "#app/models/assistant-action/tool-run-log.server.ts";
import { endSession, takeOver } from "#app/models/chat-session/change.server.ts";
import { inboxQuery } from "#app/models/chat-session/inbox.server.ts";
import { queueSession, requestAgent, writeOverdueNotice } from "#app/models/chat-session/queue.server.ts";
import { repairUnattended } from "#app/models/chat-session/unattended.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import type { Inbox, InboxEntry } from "#app/realtime/events.ts";
import { transact } from "#app/realtime/publish.server.ts";
import { loader as endedPage } from "#app/routes/admin/ended/page.tsx";
import { loader as agentEvents } from "#app/routes/admin/events.ts";
import { loader as inboxPage } from "#app/routes/admin/inbox/layout.tsx";
import { loader as agentPoll } from "#app/routes/admin/poll.ts";
import { db, sql } from "#db/client.server.ts";
import { makeSession, sessionRow } from "#tests/factories.ts";
import { asAgent, asVisitor, type TestAgent } from "#tests/people.ts";
import { bodyOf, call, get, readEvents } from "#tests/request.ts";

let anna: TestAgent;
beforeAll(async () => {
	anna = await asAgent("Anna Berg");
});
afterEach(async () => {
	await sql`truncate chat_sessions cascade`;
});

/** Inserts sessions: session 0 is the oldest, and each next session is a minute younger. */
async function put(
	count: number,
	status: InboxEntry["status"],
	since = "last_message_at",
): Promise<string[]> {
	const ids = Array.from({ length: count }, () => randomUUID());
	await sql`
		insert into chat_sessions (session_id, visitor_id, status, is_active, started_at, last_message_at, queued_at, ended_at)
		select id::uuid, gen_random_uuid(), ${status}, ${status !== "ended"}, at, at,
			case when ${status} = 'queued' and ${since} = 'queued_at' then at end,
			case when ${status} = 'ended' then at end
		from jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb) with ordinality as item(id, number)
		cross join lateral (select date_trunc('milliseconds', now()) - (${count} - number) * interval '1 minute' as at) moment`;
	return ids;
}

/** Reads the inbox from the page, a poll and the stream, and checks that all three are equal. */
async function listed(search = ""): Promise<Inbox & { ids: string[] }> {
	const page = (await bodyOf<{ inbox: Inbox }>(await call(inboxPage, get(`/admin/chat${search}`, anna))))
		.inbox;
	const poll = await bodyOf<{ events: { data: Inbox }[] }>(
		await call(agentPoll, get(`/admin/chat/poll${search}`, anna)),
	);
	const [hello] = await readEvents(
		await call(agentEvents, get(`/admin/chat/events${search}`, anna)),
		(all) => all.length > 0,
	);
	const ids = (inbox: Inbox | undefined) => inbox?.entries.map((entry) => entry.sessionId);
	expect(ids(poll.events[0]?.data)).toEqual(ids(page));
	expect(ids(hello?.data as Inbox)).toEqual(ids(page));
	return { ...page, ids: ids(page) ?? [] };
}

const newest = async (ids: string[]) => (await listed()).ids.filter((id) => ids.includes(id));

describe("the order of the inbox", () => {
	it("keeps the newest of many open sessions, and omits idle ones", async () => {
		const old = await put(210, "assistant");
		const fresh = await makeSession((await asVisitor()).identity, "I am the newest one.");
		const { ids } = await listed();
		expect(ids[0]).toBe(fresh);
		expect(ids.slice(1)).toEqual(old.toReversed().slice(0, ids.length - 1));
		expect(ids).not.toContain(old[0]);
	});

	it("keeps the newest activity of sessions with agents, and the newest ended ones", async () => {
		const taken = await put(210, "agent");
		const ended = await put(70, "ended");
		const { ids } = await listed();
		expect(ids.slice(0, 200)).toEqual(taken.toReversed().slice(0, 200));
		// The test's sessions end one minute apart; the inbox shows the sessions that ended in the last hour, at most
		// fifty.
		expect(ids.slice(200)).toEqual(ended.toReversed().slice(0, 50));
	});

	it.each(["queued_at", "no time at all"])(
		"omits no queued customer, longest wait first, page by page (waiting since: %s)",
		async (since) => {
			const waiting = await put(230, "queued", since);
			await put(5, "assistant");
			const first = await listed();
			expect(first.ids.slice(0, 100)).toEqual(waiting.slice(0, 100));
			expect([first.ids.length, first.waiting]).toEqual([105, 230]);
			expect((await listed("?waiting=200")).ids.slice(0, 200)).toEqual(waiting.slice(0, 200));
			const all = await listed("?waiting=300");
			expect(all.ids.slice(0, 230)).toEqual(waiting);
			expect(all.ids).toHaveLength(235);
		},
	);

	it("equals the order of queue positions, whatever the priority", async () => {
		const sessions: string[] = [];
		const positions: (number | null)[] = [];
		for (let index = 0; index < 4; index += 1) {
			const { identity } = await asVisitor();
			const sessionId = await makeSession(identity, `Question ${index}`);
			sessions.push(sessionId);
			positions.push((await requestAgent(sessionId, { type: "customer", identity })).queuePosition);
		}
		await sql`update chat_sessions set priority = 'urgent' where session_id = ${String(sessions[3])}`;
		expect(positions).toEqual([1, 2, 3, 4]);
		expect(await newest(sessions)).toEqual(sessions);
	});

	it("puts a customer whose agent left at the position of their message", async () => {
		const { identity } = await asVisitor();
		const left = await makeSession(identity, "Hello");
		await takeOver(left, { agentId: anna.agentId, name: anna.name });
		await postMessage(left, { type: "customer", identity }, { message: "Are you there?" });
		await sql`update chat_messages set sent_at = sent_at - interval '20 minutes' where session_id = ${left}`;
		await sql`update chat_sessions set assigned_at = assigned_at - interval '30 minutes' where session_id = ${left}`;
		const other = await asVisitor();
		const later = await makeSession(other.identity, "Hello");
		await requestAgent(later, { type: "customer", identity: other.identity });
		await repairUnattended();
		expect(await sessionRow(left)).toMatchObject({ status: "queued", queueReason: "agent-away" });
		expect(await newest([left, later])).toEqual([left, later]);
	});

	it("is read from indexes at 100,000 sessions", { timeout: 240_000 }, async () => {
		await sql`
			insert into chat_sessions (visitor_id, status, is_active, started_at, last_message_at, queued_at, ended_at)
			select gen_random_uuid(), status, status <> 'ended', at, at, at, case when status = 'ended' then at end
			from generate_series(1, 100000) as number
			cross join lateral (select (array['queued', 'agent', 'assistant', 'ended'])[1 + number % 4] as status,
				now() - number * interval '7 seconds' as at) made`;
		await sql`analyze chat_sessions`;
		const [plan] = await db.execute<{ "QUERY PLAN": string }[] & Record<string, unknown>>(
			query`explain (format json, analyze) ${inboxQuery(100).getSQL()}`,
		);
		const text = JSON.stringify(plan);
		expect(text).not.toMatch(/"Node Type":"Seq Scan"[^{}]*"Relation Name":"chat_sessions"/);
		for (const index of ["waiting", "activity", "ended"]) expect(text).toContain(`chat_sessions_${index}`);
		const rows = [...text.matchAll(/"Actual Rows":(\d+)/g)].map(([, count]) => Number(count));
		// Sessions whose last message is in the same hour are sorted by the time of the message.
		expect(Math.max(...rows)).toBeLessThan(2_000);
		const { entries, waiting } = await listed();
		expect(waiting).toBe(25_000);
		expect(entries).toHaveLength(100 + 200 + 100 + 50);
	});

	it("adds no index entries for a message within an hour", async () => {
		const sessionId = await makeSession((await asVisitor()).identity, "First");
		const hot = await transact(async (tx) => {
			for (let count = 0; count < 8; count += 1) {
				await writeMessage(tx, { sessionId, senderType: "bot", message: `Answer ${count}` });
			}
			const [row] = await tx.execute<{ hot: number }>(
				query`select pg_stat_get_xact_tuples_hot_updated('chat_sessions'::regclass)::int as hot`,
			);
			return row?.hot ?? 0;
		});
		// All updates of the session's row are HOT (they write to no index), except one when the hour changes at that
		// moment or the database page is full.
		expect(hot).toBeGreaterThanOrEqual(6);
	});
});

describe("a row of the inbox", () => {
	const rowOf = async (sessionId: string) =>
		(await listed()).entries.find((entry) => entry.sessionId === sessionId);

	it("shows the customer's newest message, even if somebody wrote after it", async () => {
		const { identity } = await asVisitor();
		const sessionId = await makeSession(identity, "First", "My lamp is broken");
		await takeOver(sessionId, { agentId: anna.agentId, name: anna.name });
		const actor = { type: "agent", agentId: anna.agentId, name: anna.name } as const;
		await postMessage(sessionId, actor, { message: "I am sending a new one." });
		expect(await rowOf(sessionId)).toMatchObject({ lastMessage: "My lamp is broken", lastSender: "user" });
	});

	it("shows an answer as plain text, and the customer's message unchanged", async () => {
		const sessionId = await makeSession((await asVisitor()).identity);
		const marked = "### Note\n\nReturns take **30 days**:\n\n1. `W2611340`\n2. a [lamp](/help/lamps)";
		await transact((tx) => writeMessage(tx, { sessionId, senderType: "bot", message: marked }));
		const { lastMessage } = (await rowOf(sessionId)) ?? {};
		expect(lastMessage).toBe("Note Returns take 30 days: 1. W2611340 2. a lamp");
		const own = await makeSession((await asVisitor()).identity, "2 ** 3 and `that`");
		expect(await rowOf(own)).toMatchObject({ lastMessage: "2 ** 3 and `that`" });
	});

	it("names the sender while the customer has not written", async () => {
		const sessionId = await makeSession((await asVisitor()).identity);
		await transact((tx) => writeMessage(tx, { sessionId, senderType: "bot", message: "Welcome" }));
		expect(await rowOf(sessionId)).toMatchObject({ lastMessage: "Welcome", lastSender: "bot" });
		const actor = { type: "agent", agentId: anna.agentId, name: anna.name } as const;
		await takeOver(sessionId, actor);
		await postMessage(sessionId, actor, { message: "Can I help?" });
		expect(await rowOf(sessionId)).toMatchObject({ lastSender: "agent", lastSenderName: "Anna Berg" });
	});
});

describe("the priority", () => {
	async function waiting(...texts: string[]) {
		const { identity } = await asVisitor();
		const sessionId = await makeSession(identity, ...texts);
		await requestAgent(sessionId, { type: "customer", identity });
		return { sessionId, actor: { type: "customer", identity } as const };
	}
	const priority = async (sessionId: string) => (await sessionRow(sessionId)).priority;

	it("does not rise with the wait", async () => {
		const { sessionId } = await waiting("Where is my parcel?");
		await transact((tx) => writeOverdueNotice(tx, sessionId));
		await transact((tx) => writeOverdueNotice(tx, sessionId));
		expect(await priority(sessionId)).toBe("normal");
	});

	it.each([
		["customer-upset", "high"],
		["legal", "high"],
		["safety", "urgent"],
		["requested", "normal"],
		["assistant-unsure", "normal"],
	])("of a session queued for %s is %s", async (reason, expected) => {
		const sessionId = await makeSession((await asVisitor()).identity, "Hello");
		await transact((tx) => queueSession(tx, sessionId, reason));
		expect(await priority(sessionId)).toBe(expected);
	});

	it.each([
		["This is absolutely ridiculous", "high"],
		["I will speak to my lawyer", "high"],
		["Das ist eine Frechheit", "high"],
		["The lamp caught fire and burned my hand", "urgent"],
		["Thank you, I can wait", "normal"],
	])("after %j to a person is %s, and stays", async (text, expected) => {
		const jobs: JobPayloads["check-urgency"][] = [];
		setJobHandler("check-urgency", (payload) => void jobs.push(payload as JobPayloads["check-urgency"]));
		const { sessionId, actor } = await waiting("Hello");
		await postMessage(sessionId, actor, { message: text });
		await postMessage(sessionId, actor, { message: "Still here" });
		for (const job of jobs) await checkUrgency(job);
		expect(await priority(sessionId)).toBe(expected);
	});

	it("rises for messages written just before an agent was requested", async () => {
		expect(isFrustrated("You are useless")).toBe(true);
		const { sessionId } = await waiting("You are useless");
		await checkUrgency({ sessionId, text: null });
		expect(await priority(sessionId)).toBe("high");
	});
});

describe("the agent's data of a long session", () => {
	it("is the newest: actions in the list and in the handover", async () => {
		const sessionId = await makeSession((await asVisitor()).identity, "Where are my orders, please?");
		for (let number = 1; number <= 205; number += 1) {
			const orderNumber = `W${number}`;
			await logToolRun(
				{ sessionId, questionSeq: 1 },
				{ tool: "get_order", orderNumber, customerId: null, key: orderNumber },
			);
		}
		await logToolRun(
			{ sessionId, questionSeq: 1 },
			{ tool: "list_orders", orderNumber: null, customerId: null, key: "last" },
		);
		const actions = await listAssistantActions(sessionId);
		expect(actions).toHaveLength(200);
		expect([actions.at(-1)?.tool, actions.at(-2)?.orderNumber]).toEqual(["list_orders", "W205"]);
		await transact((tx) => queueSession(tx, sessionId, "requested"));
		await writeHandover(sessionId);
		expect((await sessionRow(sessionId)).handover?.tried.at(-1)).toBe("Looked up orders");
	});
});

describe("ended sessions", () => {
	type Page = { entries: InboxEntry[]; next: string | null };
	const page = async (search: string) =>
		bodyOf<Page>(await call(endedPage, get(`/admin/ended${search}`, anna)));

	it("are listed newest first, page by page, each once", async () => {
		const ended = await put(120, "ended");
		const seen: string[] = [];
		let search = "";
		for (let pages = 0; pages < 3; pages += 1) {
			const { entries, next } = await page(search);
			seen.push(...entries.map((entry) => entry.sessionId));
			search = `?before=${next}`;
			if (pages === 2) expect(next).toBeNull();
		}
		expect(seen).toEqual(ended.toReversed());
	});

	it("are found by the beginning of their id, like open ones", async () => {
		const { identity } = await asVisitor();
		const sessionId = await makeSession(identity, "Find me");
		await endSession(sessionId, { type: "customer", identity });
		const open = await makeSession((await asVisitor()).identity, "Open");
		for (const id of [
			sessionId,
			sessionId.slice(0, 8),
			sessionId.toUpperCase(),
			` ${sessionId.slice(0, 13)} `,
		]) {
			const found = await page(`?id=${encodeURIComponent(id)}`);
			expect(found.entries.map((entry) => entry.sessionId)).toEqual([sessionId]);
		}
		expect((await page(`?id=${open}`)).entries).toMatchObject([{ sessionId: open, status: "assistant" }]);
		for (const id of ["abc", "zzzz", "' or 1=1", "%", "\0", "x".repeat(5_000)]) {
			expect((await page(`?id=${encodeURIComponent(id)}`)).entries).toEqual([]);
		}
		expect((await page("?before=nonsense")).entries).toMatchObject([{ sessionId }]);
	});

	it("are for agents only", async () => {
		const { cookie } = await asVisitor();
		const response = await call(endedPage, get("/admin/ended", cookie));
		expect([response.status, response.headers.get("Location")]).toEqual([
			302,
			"/admin/login?next=%2Fadmin%2Fended",
		]);
	});
});
