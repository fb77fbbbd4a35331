import { and, desc, eq, sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions } from "#db/schema.ts";
import { isSessionId } from "./find.server.ts";
import { type CustomerIdentity, ownedBy } from "./scope.server.ts";

/** Maximum length of a session's first message in the list of earlier sessions, in characters. */
const MESSAGE_PREVIEW_CHARACTERS = 140;

export type EarlierSession = {
	sessionId: string;
	startedAt: string;
	/** The beginning of the customer's first message; null when the customer wrote none. */
	firstMessagePreview: string | null;
};

/**
 * Lists a customer's ended sessions, newest first.
 * @param page.before the last session of the previous page.
 * @returns `next`: the `before` of the following page; null on the last page.
 */
export async function listEarlierSessions(
	identity: CustomerIdentity,
	page: { before?: string | undefined; limit: number },
): Promise<{ sessions: EarlierSession[]; next: string | null }> {
	const isOwn = ownedBy({ type: "customer", identity });
	const before = page.before && isSessionId(page.before) ? page.before : null;
	const rows = await db
		.select({
			sessionId: chatSessions.sessionId,
			startedAt: chatSessions.startedAt,
			firstMessagePreview: sql<string | null>`(
				select left(${chatMessages.message}, ${MESSAGE_PREVIEW_CHARACTERS}) from ${chatMessages}
				where chat_messages.session_id = chat_sessions.session_id and ${chatMessages.senderType} = 'user'
				order by ${chatMessages.seq} limit 1
			)`,
		})
		.from(chatSessions)
		.where(
			and(
				isOwn,
				eq(chatSessions.isActive, false),
				before
					? sql`(${chatSessions.startedAt}, ${chatSessions.id}) <
						(select place.started_at, place.id from chat_sessions place where place.session_id = ${before})`
					: undefined,
			),
		)
		.orderBy(desc(chatSessions.startedAt), desc(chatSessions.id))
		.limit(page.limit + 1);
	const sessions = rows
		.slice(0, page.limit)
		.map((row) => ({ ...row, startedAt: row.startedAt.toISOString() }));
	return { sessions, next: rows.length > page.limit ? (sessions.at(-1)?.sessionId ?? null) : null };
}
