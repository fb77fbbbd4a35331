import { and, eq, inArray, ne, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Inbox, InboxEntry } from "#app/realtime/events.ts";
import { arrangeInbox, ENDED_FOR_MS, SECTION_LIMITS } from "#app/realtime/inbox-order.ts";
import { toPlainText } from "#app/text/message-markdown.ts";
import { db } from "#db/client.server.ts";
import { chatAgents, chatMessages, chatSessions, customers, users } from "#db/schema.ts";
import { customerLanguage } from "./locale.ts";

/** Maximum length of the message preview in an inbox row, in characters. */
const MAX_PREVIEW_CHARACTERS = 120;
/**
 * Characters of a message that are read for its preview. More are read than shown, because Markdown and URLs are
 * removed.
 */
const MAX_PREVIEW_SOURCE_CHARACTERS = 2_000;

/**
 * Reads the inbox in the order of `arrangeInbox`.
 * @param waitingLimit maximum number of waiting sessions in the result; `waiting` is the number of all waiting
 * sessions.
 */
export async function listInbox(waitingLimit: number): Promise<Inbox> {
	const [rows, waiting] = await Promise.all([inboxQuery(waitingLimit), countWaiting()]);
	return { entries: arrangeInbox(rows.map(toEntry), { waitingLimit, now: Date.now() }), waiting };
}

/** The SQL statement of the inbox. Exported for the test of its query plan. */
export const inboxQuery = (waitingLimit: number) =>
	rowsQuery(sql`${chatSessions.id} in (${listedIds(waitingLimit)})`);

/** Reads the present inbox rows of these sessions, in no order. */
export async function readInboxRows(sessionIds: string[]): Promise<Inbox> {
	const [entries, waiting] = await Promise.all([getInboxEntries(sessionIds), countWaiting()]);
	return { entries, waiting };
}

/** Reads the present inbox entries of these sessions, in no order. */
export async function getInboxEntries(sessionIds: string[]): Promise<InboxEntry[]> {
	if (sessionIds.length === 0) return [];
	return selectEntries(inArray(chatSessions.sessionId, sessionIds));
}

/**
 * Lists ended sessions, newest first.
 * @param page.before the last session of the previous page; an unknown id gives an empty page.
 * @returns rows, and `next`: the `before` of the following page, null on the last page.
 */
export async function listEnded(page: {
	limit: number;
	before?: string | undefined;
}): Promise<{ entries: InboxEntry[]; next: string | null }> {
	const after = page.before
		? sql`and (ended_at, session_id) < (select ended_at, session_id from chat_sessions where session_id = ${page.before})`
		: sql``;
	const rows = await selectEntries(sql`${chatSessions.id} in (
		select id from chat_sessions where status = 'ended' and ended_at is not null ${after}
		order by ended_at desc, session_id desc limit ${page.limit + 1}
	)`);
	const entries = rows.sort(latestEndedFirst).slice(0, page.limit);
	return { entries, next: rows.length > page.limit ? (entries.at(-1)?.sessionId ?? null) : null };
}

const latestEndedFirst = (a: InboxEntry, b: InboxEntry): number =>
	Date.parse(b.endedAt ?? b.startedAt) - Date.parse(a.endedAt ?? a.startedAt) ||
	(a.sessionId < b.sessionId ? 1 : -1);

/** Minimum length of a search by the beginning of a session id. A shorter beginning would match too many sessions. */
const MIN_ID_PREFIX_LENGTH = 4;
const MAX_ID_PREFIX_LENGTH = 100;
const MAX_SEARCH_RESULTS = 20;

/**
 * Finds sessions, open or ended, whose id begins with the text that an agent typed, newest first.
 * @returns at most 20 sessions; none when the text cannot be the beginning of an id.
 */
export async function findByIdPrefix(text: string): Promise<InboxEntry[]> {
	if (text.length > MAX_ID_PREFIX_LENGTH) return [];
	const digits = text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
	if (digits.length < MIN_ID_PREFIX_LENGTH || digits.length > 32 || /[^0-9a-f]/.test(digits)) return [];
	const rows = await selectEntries(sql`${chatSessions.id} in (
		select id from chat_sessions
		where session_id between ${digits.padEnd(32, "0")}::uuid and ${digits.padEnd(32, "f")}::uuid
		order by session_id limit ${MAX_SEARCH_RESULTS}
	)`);
	return rows.sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}

const countWaiting = (): Promise<number> => db.$count(chatSessions, eq(chatSessions.status, "queued"));

/**
 * SQL for the ids of the sessions in each section of the inbox. Each section reads its index in the order of
 * `arrangeInbox` up to its limit, so the cost does not grow with the number of sessions.
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

/** SQL lateral join for a session's newest message that meets the condition. */
function newestMessage(name: string, condition: (message: typeof chatMessages) => SQL | undefined) {
	const message = alias(chatMessages, name) as unknown as typeof chatMessages;
	return db
		.select({ message: message.message, senderType: message.senderType, senderName: message.senderName })
		.from(message)
		.where(and(eq(message.sessionId, chatSessions.sessionId), condition(message)))
		.orderBy(sql`${message.seq} desc`)
		.limit(1)
		.as(`newest_${name}`);
}

async function selectEntries(condition: SQL): Promise<InboxEntry[]> {
	return (await rowsQuery(condition)).map(toEntry);
}

function rowsQuery(condition: SQL) {
	const newestOfCustomer = newestMessage("said", ({ senderType }) => eq(senderType, "user"));
	const shown = newestMessage("shown", ({ senderType }) => ne(senderType, "system"));
	return (
		db
			.select({
				row: chatSessions,
				customerName: customers.name,
				agentName: users.name,
				newestOfCustomer: {
					message: newestOfCustomer.message,
					senderType: newestOfCustomer.senderType,
					senderName: newestOfCustomer.senderName,
				},
				shown: { message: shown.message, senderType: shown.senderType, senderName: shown.senderName },
			})
			.from(chatSessions)
			.leftJoin(customers, eq(customers.id, chatSessions.userId))
			.leftJoin(chatAgents, eq(chatAgents.id, chatSessions.assignedAgentId))
			.leftJoin(users, eq(users.id, chatAgents.userId))
			.leftJoinLateral(newestOfCustomer, sql`true`)
			.leftJoinLateral(shown, sql`true`)
			// A session that a program opened and that has no message is not listed in the inbox.
			.where(
				and(
					condition,
					or(sql`${chatSessions.lastMessageAt} is not null`, ne(chatSessions.status, "assistant")),
				),
			)
	);
}

/**
 * The beginning of a message as one line of plain text, for the inbox. Formatting is removed, except from customers'
 * messages, which are plain text already.
 */
function previewOf(message: string, sender: string | null): string {
	const beginning = message.slice(0, MAX_PREVIEW_SOURCE_CHARACTERS);
	const plainText = sender === "user" ? beginning : toPlainText(beginning).replace(/\s+/g, " ");
	return [...plainText].slice(0, MAX_PREVIEW_CHARACTERS).join("");
}

function toEntry(found: Awaited<ReturnType<typeof rowsQuery>>[number]): InboxEntry {
	const { row, customerName, agentName, newestOfCustomer, shown } = found;
	// The inbox preview is the customer's newest message if there is one, because it says more than a reply to it.
	const preview = newestOfCustomer?.message ? newestOfCustomer : shown;
	return {
		sessionId: row.sessionId,
		status: row.status,
		priority: row.priority,
		customerName,
		intent: row.intent,
		language: customerLanguage(row),
		queueReason: row.queueReason,
		queuedAt: row.status === "queued" ? (row.queuedAt?.toISOString() ?? null) : null,
		startedAt: row.startedAt.toISOString(),
		endedAt: row.endedAt?.toISOString() ?? null,
		lastMessageAt: row.lastMessageAt?.toISOString() ?? null,
		lastMessage: preview?.message ? previewOf(preview.message, preview.senderType) : null,
		lastSender: preview?.senderType ?? null,
		lastSenderName: preview?.senderName ?? null,
		agentId: row.assignedAgentId,
		agentName,
		unread: row.unread,
		version: row.lastSeq + row.internalSeq,
	};
}
