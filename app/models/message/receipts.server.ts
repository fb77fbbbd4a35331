import { and, eq, inArray, isNull, lte, ne, sql } from "drizzle-orm";
import { lockSession, requireSessionId } from "#app/models/chat-session/find.server.ts";
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
export function markRead(sessionId: string, actor: Actor, upToSeq: number): Promise<Message[]> {
	return mark(sessionId, actor, {
		which: and(lte(chatMessages.seq, upToSeq), eq(chatMessages.isRead, false)),
		set: { isRead: true, readAt: sql`now()`, deliveredAt: sql`coalesce(delivered_at, now())` },
	});
}

/**
 * Notes that the reader's browser has what was sent up to and including `upToSeq`, and tells both sides of the
 * messages that a person wrote: nobody waits to hear that the assistant's words have arrived.
 * @returns the messages that were not known to be delivered before. @throws NotFound
 */
export function markDelivered(sessionId: string, actor: Actor, upToSeq: number): Promise<Message[]> {
	return mark(sessionId, actor, {
		which: and(
			lte(chatMessages.seq, upToSeq),
			isNull(chatMessages.deliveredAt),
			inArray(chatMessages.senderType, ["user", "agent"]),
		),
		set: { deliveredAt: sql`now()` },
	});
}

async function mark(
	sessionId: string,
	actor: Actor,
	change: { which: ReturnType<typeof and>; set: Parameters<ReturnType<typeof db.update>["set"]>[0] },
): Promise<Message[]> {
	const pending = and(
		eq(chatMessages.sessionId, sessionId),
		change.which,
		actor.type === "customer" ? ne(chatMessages.senderType, "user") : eq(chatMessages.senderType, "user"),
	);
	// Most receipts say what is known: those take no lock that a message might wait for.
	await requireSessionId(sessionId, actor);
	if ((await db.select({ id: chatMessages.id }).from(chatMessages).where(pending).limit(1)).length === 0) {
		return [];
	}
	return transact(async (tx) => {
		await lockSession(tx, sessionId, actor);
		const found = await tx
			.select({ id: chatMessages.id })
			.from(chatMessages)
			.where(pending)
			.orderBy(chatMessages.seq)
			.limit(MOST_AT_ONCE);
		if (found.length === 0) return [];
		const ids = found.map((row) => row.id);
		const rows = await tx
			.update(chatMessages)
			.set(change.set)
			.where(inArray(chatMessages.id, ids))
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
