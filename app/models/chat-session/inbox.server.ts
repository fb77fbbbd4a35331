import { and, eq, inArray, ne, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Inbox, InboxEntry } from "#app/realtime/events.ts";
import { arrangeInbox, ENDED_FOR_MS, SECTION_LIMITS } from "#app/realtime/inbox-order.ts";
import { withoutMarks } from "#app/text/message-marks.ts";
import { db } from "#db/client.server.ts";
import { chatAgents, chatMessages, chatSessions, customers, users } from "#db/schema.ts";
import { spokenLanguage } from "./locale.ts";

/** Characters of a message shown in a row. */
const SNIPPET_LENGTH = 120;
/** Characters of a message that its snippet is made of: marks and addresses of links take room. */
const MOST_READ = 2_000;

/**
 * The agents' list in the order of `arrangeInbox`.
 * @param waitingLimit most waiting customers in it; `waiting` says how many there are in all.
 */
export async function listInbox(waitingLimit: number): Promise<Inbox> {
	const [rows, waiting] = await Promise.all([listQuery(waitingLimit), countWaiting()]);
	return { entries: arrangeInbox(rows.map(toEntry), { waitingLimit, now: Date.now() }), waiting };
}

/** The statement behind the list. Exported for the test of its plan. */
export const listQuery = (waitingLimit: number) =>
	rowsQuery(sql`${chatSessions.id} in (${listedIds(waitingLimit)})`);

/** The rows of some sessions as they are now, in no order. */
export async function readInboxRows(sessionIds: string[]): Promise<Inbox> {
	const [entries, waiting] = await Promise.all([getInboxEntries(sessionIds), countWaiting()]);
	return { entries, waiting };
}

/** The rows of some sessions as they are now, in no order. */
export async function getInboxEntries(sessionIds: string[]): Promise<InboxEntry[]> {
	if (sessionIds.length === 0) return [];
	return select(inArray(chatSessions.sessionId, sessionIds));
}

/**
 * Ended conversations, the latest first.
 * @param page.before the session after which a page goes on; an unknown one gives an empty page.
 * @returns rows, and the session to go on after; null on the last page.
 */
export async function listEnded(page: {
	limit: number;
	before?: string | undefined;
}): Promise<{ entries: InboxEntry[]; next: string | null }> {
	const after = page.before
		? sql`and (ended_at, session_id) < (select ended_at, session_id from chat_sessions where session_id = ${page.before})`
		: sql``;
	const rows = await select(sql`${chatSessions.id} in (
		select id from chat_sessions where status = 'ended' and ended_at is not null ${after}
		order by ended_at desc, session_id desc limit ${page.limit + 1}
	)`);
	const entries = rows.sort(latestEndedFirst).slice(0, page.limit);
	return { entries, next: rows.length > page.limit ? (entries.at(-1)?.sessionId ?? null) : null };
}

const latestEndedFirst = (a: InboxEntry, b: InboxEntry): number =>
	Date.parse(b.endedAt ?? b.startedAt) - Date.parse(a.endedAt ?? a.startedAt) ||
	(a.sessionId < b.sessionId ? 1 : -1);

/** Shorter beginnings of an id would find too many conversations. */
const SHORTEST_ID = 4;
const LONGEST_ID = 100;
const MOST_FOUND = 20;

/**
 * Conversations whose id begins with what an agent typed, open or ended, the latest first.
 * @returns at most 20; none for a text that cannot be the beginning of an id.
 */
export async function findById(text: string): Promise<InboxEntry[]> {
	if (text.length > LONGEST_ID) return [];
	const digits = text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
	if (digits.length < SHORTEST_ID || digits.length > 32 || /[^0-9a-f]/.test(digits)) return [];
	const rows = await select(sql`${chatSessions.id} in (
		select id from chat_sessions
		where session_id between ${digits.padEnd(32, "0")}::uuid and ${digits.padEnd(32, "f")}::uuid
		order by session_id limit ${MOST_FOUND}
	)`);
	return rows.sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}

const countWaiting = (): Promise<number> => db.$count(chatSessions, eq(chatSessions.status, "queued"));

/**
 * The rows each section shows, each read from its index in the order of `arrangeInbox` up to its limit: the cost
 * does not grow with the number of conversations.
 */
function listedIds(waitingLimit: number): SQL {
	const latest = (status: "agent" | "assistant") => sql`(
		select id from chat_sessions where status = ${status} and activity_hour is not null
		order by activity_hour desc, last_message_at desc, session_id limit ${SECTION_LIMITS[status]}
	)`;
	return sql`(
		select id from chat_sessions where status = 'queued'
		order by coalesce(queued_at, started_at), session_id limit ${waitingLimit}
	) union all ${latest("agent")} union all ${latest("assistant")} union all (
		select id from chat_sessions
		where status = 'ended' and ended_at > now() - ${ENDED_FOR_MS} * interval '1 millisecond'
		order by ended_at desc, session_id desc limit ${SECTION_LIMITS.ended}
	)`;
}

/** The newest message of the customer, or of anybody but the system. */
function newest(name: string, condition: (message: typeof chatMessages) => SQL | undefined) {
	const message = alias(chatMessages, name) as unknown as typeof chatMessages;
	return db
		.select({ message: message.message, senderType: message.senderType, senderName: message.senderName })
		.from(message)
		.where(and(eq(message.sessionId, chatSessions.sessionId), condition(message)))
		.orderBy(sql`${message.seq} desc`)
		.limit(1)
		.as(`newest_${name}`);
}

async function select(condition: SQL): Promise<InboxEntry[]> {
	return (await rowsQuery(condition)).map(toEntry);
}

function rowsQuery(condition: SQL) {
	const said = newest("said", ({ senderType }) => eq(senderType, "user"));
	const shown = newest("shown", ({ senderType }) => ne(senderType, "system"));
	return (
		db
			.select({
				row: chatSessions,
				customerName: customers.name,
				agentName: users.name,
				said: { message: said.message, senderType: said.senderType, senderName: said.senderName },
				shown: { message: shown.message, senderType: shown.senderType, senderName: shown.senderName },
			})
			.from(chatSessions)
			.leftJoin(customers, eq(customers.id, chatSessions.userId))
			.leftJoin(chatAgents, eq(chatAgents.id, chatSessions.assignedAgentId))
			.leftJoin(users, eq(users.id, chatAgents.userId))
			.leftJoinLateral(said, sql`true`)
			.leftJoinLateral(shown, sql`true`)
			// A session opened by a program and never written in has nothing to show an agent yet.
			.where(
				and(
					condition,
					or(sql`${chatSessions.lastMessageAt} is not null`, ne(chatSessions.status, "assistant")),
				),
			)
	);
}

/** The beginning of a message as a line of plain words. Only the customer's own words keep their characters. */
function snippetOf(message: string, sender: string | null): string {
	const beginning = message.slice(0, MOST_READ);
	const words = sender === "user" ? beginning : withoutMarks(beginning).replace(/\s+/g, " ");
	return [...words].slice(0, SNIPPET_LENGTH).join("");
}

function toEntry(found: Awaited<ReturnType<typeof rowsQuery>>[number]): InboxEntry {
	const { row, customerName, agentName, said, shown } = found;
	// What the customer wants is what an agent looks for; a reply says less of it.
	const preview = said?.message ? said : shown;
	return {
		sessionId: row.sessionId,
		status: row.status,
		priority: row.priority,
		customerName,
		intent: row.intent,
		language: spokenLanguage(row),
		queueReason: row.queueReason,
		queuedAt: row.status === "queued" ? (row.queuedAt?.toISOString() ?? null) : null,
		startedAt: row.startedAt.toISOString(),
		endedAt: row.endedAt?.toISOString() ?? null,
		lastMessageAt: row.lastMessageAt?.toISOString() ?? null,
		lastMessage: preview?.message ? snippetOf(preview.message, preview.senderType) : null,
		lastSender: preview?.senderType ?? null,
		lastSenderName: preview?.senderName ?? null,
		agentId: row.assignedAgentId,
		agentName,
		unread: row.unread,
		version: row.lastSeq + row.internalSeq,
	};
}
