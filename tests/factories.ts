import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import type { CustomerIdentity } from "#app/auth/token.server.ts";
import { createEmptySession } from "#app/models/chat-session/create.server.ts";
import { type NewSession, postMessage } from "#app/models/message/post.server.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import type { Message } from "#app/realtime/events.ts";
import { transact } from "#app/realtime/publish.server.ts";
import { db, sql } from "#db/client.server.ts";
import { chatEvents, chatMessages, chatSessions } from "#db/schema.ts";

/** Creates an open session with messages of its customer. */
export async function makeSession(identity: CustomerIdentity, ...texts: string[]): Promise<string> {
	const sessionId = await createEmptySession(identity, { locale: "en" });
	for (const message of texts) await postMessage(sessionId, { type: "customer", identity }, { message });
	return sessionId;
}

/** Writes messages as the assistant, without rate limits, to make a session of any length. */
export async function makeBotMessages(sessionId: string, count: number): Promise<Message[]> {
	const messages: Message[] = [];
	for (let index = 1; index <= count; index += 1) {
		const message = `Answer ${index}`;
		messages.push(await transact((tx) => writeMessage(tx, { sessionId, senderType: "bot", message })));
	}
	return messages;
}

/** All messages of a session, ordered by sequence. */
export const messagesOf = (sessionId: string) =>
	db.select().from(chatMessages).where(eq(chatMessages.sessionId, sessionId)).orderBy(chatMessages.seq);

/** All events of a session's stream, ordered by sequence. */
export const eventsOf = (sessionId: string, stream: "public" | "internal" = "public") =>
	db
		.select()
		.from(chatEvents)
		.where(eq(chatEvents.stream, `${stream}:${sessionId}`))
		.orderBy(chatEvents.seq);

export async function sessionRow(sessionId: string) {
	const [row] = await db.select().from(chatSessions).where(eq(chatSessions.sessionId, sessionId));
	if (!row) throw new Error(`There is no session ${sessionId}.`);
	return row;
}

/** Reads the sessions that a visitor started. */
export const sessionsOf = (visitorId: string) =>
	db.select().from(chatSessions).where(eq(chatSessions.visitorId, visitorId)).orderBy(chatSessions.id);

/** Resets every rate limit, so that tests do not affect each other. */
export async function resetRateLimits(): Promise<void> {
	await sql`delete from rate_limits`;
}

/**
 * Counts the rows of each table, to check that an operation stores nothing. Presence leases are not counted, because
 * those of an earlier test disappear seconds later.
 */
export async function countRows(): Promise<Record<string, number>> {
	const tables = await sql<{ name: string }[]>`
		select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('rate_limits', 'presence_leases') order by 1`;
	const counts: Record<string, number> = {};
	for (const { name } of tables) {
		const [row] = await sql<{ count: number }[]>`select count(*)::int as count from ${sql(name)}`;
		counts[name] = row?.count ?? -1;
	}
	return counts;
}

/** Creates a valid id that belongs to nothing. */
export const unusedId = (): string => randomUUID();

/** Options for a customer's post that may open a session. */
export const NEW_SESSION: NewSession = { locale: () => "en", countOpening: async () => {} };
