import { and, asc, desc, eq, gt, inArray, lt, lte, sql } from "drizzle-orm";
import { HISTORY_LIMIT, type Message } from "#app/realtime/events.ts";
import { db } from "#db/client.server.ts";
import { chatMessages } from "#db/schema.ts";
import { toMessage } from "./present.server.ts";

/** The largest value of the column for a message's sequence. A larger number in a query would be a database error. */
const HIGHEST_SEQ = 2_147_483_647;

/**
 * The newest messages of a session up to and including `upToSeq`, oldest first. The caller has checked access to the
 * session.
 */
export async function listHistory(
	sessionId: string,
	upToSeq: number,
	limit = HISTORY_LIMIT,
): Promise<Message[]> {
	const rows = await db
		.select()
		.from(chatMessages)
		.where(and(eq(chatMessages.sessionId, sessionId), lte(chatMessages.seq, upToSeq)))
		.orderBy(desc(chatMessages.seq))
		.limit(limit);
	return rows.reverse().map(toMessage);
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
