import { and, asc, desc, eq, gt, inArray, lt, sql } from "drizzle-orm";
import { HISTORY_LIMIT, type Message } from "#app/realtime/events.ts";
import { singleton } from "#app/singleton.server.ts";
import { createBatcher } from "#db/batcher.ts";
import { db, sql as readSql } from "#db/client.server.ts";
import { chatMessages } from "#db/schema.ts";
import { type MessageRow, toMessage } from "./present.server.ts";

/** The largest value of the column for a message's sequence. A larger number in a query would be a database error. */
const HIGHEST_SEQ = 2_147_483_647;

/**
 * Milliseconds in which reads of histories are batched into one statement, because a hundred readers may open their
 * streams at once, and building and sending a statement for each blocks the event loop.
 */
const BATCH_WINDOW_MS = 5;
/** Most histories that one statement reads; each has up to HISTORY_LIMIT messages of up to 10,000 characters. */
const MAX_HISTORIES_IN_STATEMENT = 20;

const historyBatcher = singleton("histories", () =>
	createBatcher<string, Map<string, Message[]>>({ waitMs: BATCH_WINDOW_MS, work: readHistories }),
);

/**
 * The newest messages of a session up to and including `upToSeq`, oldest first, at most HISTORY_LIMIT. The caller has
 * checked access to the session. Reads that begin together share a statement.
 */
export async function listHistory(sessionId: string, upToSeq: number): Promise<Message[]> {
	const key = JSON.stringify({ id: sessionId, upTo: Math.min(upToSeq, HIGHEST_SEQ) });
	return (await historyBatcher(key)).get(key) ?? [];
}

type HistoryRow = Omit<MessageRow, "senderId"> & { place: number };

async function readHistories(keys: string[]): Promise<Map<string, Message[]>> {
	const histories = new Map<string, Message[]>();
	for (let at = 0; at < keys.length; at += MAX_HISTORIES_IN_STATEMENT) {
		const some = keys.slice(at, at + MAX_HISTORIES_IN_STATEMENT);
		const rows = await readSql<HistoryRow[]>`
			select place, id, session_id as "sessionId", seq, client_message_id as "clientMessageId",
				sender_type as "senderType", sender_name as "senderName", message, message_type as "messageType", metadata,
				is_read as "isRead", delivered_at as "deliveredAt", read_at as "readAt", sent_at as "sentAt"
			from read_histories(${`[${some.join(",")}]`}::text::jsonb, ${HISTORY_LIMIT})`;
		for (const { place, ...row } of rows) {
			const key = some[place - 1] ?? "";
			const history = histories.get(key);
			if (history) history.push(toMessage(row));
			else histories.set(key, [toMessage(row)]);
		}
	}
	return histories;
}

/**
 * A page of a session's messages, oldest first. `before` and `after` are sequences, exclusive; without either
 * it is the newest page.
 * @returns `next`: the sequence with which the next page in the same direction begins; null after the last page.
 */
export async function listMessages(
	sessionId: string,
	page: { before?: number; after?: number; limit: number },
): Promise<{ messages: Message[]; next: number | null }> {
	const forward = page.after !== undefined;
	const rows = await db
		.select()
		.from(chatMessages)
		.where(
			and(
				eq(chatMessages.sessionId, sessionId),
				page.before === undefined ? undefined : lt(chatMessages.seq, Math.min(page.before, HIGHEST_SEQ)),
				page.after === undefined ? undefined : gt(chatMessages.seq, Math.min(page.after, HIGHEST_SEQ)),
			),
		)
		.orderBy(forward ? asc(chatMessages.seq) : desc(chatMessages.seq))
		.limit(page.limit + 1);
	const hasMore = rows.length > page.limit;
	const kept = rows.slice(0, page.limit);
	const last = kept.at(-1);
	return {
		messages: (forward ? kept : kept.reverse()).map(toMessage),
		next: hasMore && last ? last.seq : null,
	};
}

/** Reads messages of one session by their ids. */
export async function getMessages(sessionId: string, ids: string[]): Promise<Message[]> {
	if (ids.length === 0) return [];
	const rows = await db
		.select()
		.from(chatMessages)
		.where(and(eq(chatMessages.sessionId, sessionId), inArray(chatMessages.id, ids)))
		.orderBy(sql`${chatMessages.seq}`);
	return rows.map(toMessage);
}
