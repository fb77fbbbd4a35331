import { and, eq, inArray, lte, ne, sql } from "drizzle-orm";
import { lockSession } from "#app/models/chat-session/find.server.ts";
import { type Actor, ownedBy } from "#app/models/chat-session/scope.server.ts";
import { NotFound } from "#app/models/errors.ts";
import type { Message } from "#app/realtime/events.ts";
import { publish, transact } from "#app/realtime/publish.server.ts";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions } from "#db/schema.ts";
import { toMessage } from "./present.server.ts";

/** Most messages one receipt announces; older unread ones are marked with the next. */
const MOST_AT_ONCE = 100;

/**
 * Marks the other side's messages up to and including `upToSeq` as read and tells both sides.
 * A customer reads what agents and the assistant wrote; agents and programs read what the customer wrote.
 * @returns the messages that were not read before. @throws NotFound
 */
export async function markRead(sessionId: string, actor: Actor, upToSeq: number): Promise<Message[]> {
	return transact(async (tx) => {
		await lockSession(tx, sessionId, actor);
		const unread = await tx
			.select({ id: chatMessages.id })
			.from(chatMessages)
			.where(
				and(
					eq(chatMessages.sessionId, sessionId),
					lte(chatMessages.seq, upToSeq),
					eq(chatMessages.isRead, false),
					actor.type === "customer"
						? ne(chatMessages.senderType, "user")
						: eq(chatMessages.senderType, "user"),
				),
			)
			.orderBy(chatMessages.seq)
			.limit(MOST_AT_ONCE);
		if (unread.length === 0) return [];
		const rows = await tx
			.update(chatMessages)
			.set({ isRead: true, readAt: sql`now()`, deliveredAt: sql`coalesce(delivered_at, now())` })
			.where(
				inArray(
					chatMessages.id,
					unread.map((row) => row.id),
				),
			)
			.returning();
		const messages = rows.sort((a, b) => a.seq - b.seq).map(toMessage);
		for (const message of messages) {
			await publish(tx, {
				sessionId,
				stream: "public",
				type: "message-updated",
				data: (place) => ({ ...place, message }),
			});
		}
		return messages;
	});
}

/** Notes that the customer's browser has what was sent up to and including `upToSeq`. @throws NotFound */
export async function markDelivered(sessionId: string, actor: Actor, upToSeq: number): Promise<void> {
	await transact(async (tx) => {
		await lockSession(tx, sessionId, actor);
		await tx
			.update(chatMessages)
			.set({ deliveredAt: sql`now()` })
			.where(
				and(
					eq(chatMessages.sessionId, sessionId),
					lte(chatMessages.seq, upToSeq),
					sql`${chatMessages.deliveredAt} is null`,
					actor.type === "customer"
						? ne(chatMessages.senderType, "user")
						: eq(chatMessages.senderType, "user"),
				),
			);
	});
}

/** The session and sequence of a message the actor may see, by its id. @throws NotFound */
export async function requireMessagePlace(
	id: string,
	actor: Actor,
): Promise<{ sessionId: string; seq: number }> {
	const [row] = await db
		.select({ sessionId: chatMessages.sessionId, seq: chatMessages.seq })
		.from(chatMessages)
		.innerJoin(chatSessions, eq(chatSessions.sessionId, chatMessages.sessionId))
		.where(and(eq(chatMessages.id, id), ownedBy(actor)));
	if (!row) throw new NotFound("There is no such message.");
	return row;
}
