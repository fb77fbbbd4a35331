import { and, eq, exists, gt, inArray, isNull, lte, ne, sql } from "drizzle-orm";
import { lockSession, requireSessionId } from "#app/models/chat-session/find.server.ts";
import { type Actor, ownedBy } from "#app/models/chat-session/scope.server.ts";
import { NotFound } from "#app/models/errors.ts";
import type { Message } from "#app/realtime/events.ts";
import { publish, transact } from "#app/realtime/publish.server.ts";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions } from "#db/schema.ts";
import { toMessage } from "./present.server.ts";

/** Maximum number of messages that one receipt marks as read or delivered. The next receipt marks older messages. */
const MAX_MESSAGES_PER_RECEIPT = 100;
/**
 * Number of marked messages that receipts may read again before the sequence of the last one is stored, so that they
 * are skipped.
 */
const MAX_UNCHANGED_MESSAGES_PER_RECEIPT = 20;

/**
 * Marks the other side's messages up to and including `upToSeq` as read and publishes that to both sides.
 * For a customer these are messages of agents and the assistant; for agents and programs, messages of the customer.
 * @returns the messages that were not read before. @throws NotFound
 */
export function markRead(sessionId: string, actor: Actor, upToSeq: number): Promise<Message[]> {
	return markMessages(sessionId, actor, upToSeq, {
		which: eq(chatMessages.isRead, false),
		set: { isRead: true, readAt: sql`now()`, deliveredAt: sql`coalesce(delivered_at, now())` },
		markedTo: actor.type === "customer" ? "customerReadSeq" : "teamReadSeq",
	});
}

/**
 * Marks the messages up to and including `upToSeq` as delivered. This is published for messages of people only, because
 * nobody needs to know whether a message of the assistant was delivered.
 * @returns the messages that were not marked as delivered before. @throws NotFound
 */
export function markDelivered(sessionId: string, actor: Actor, upToSeq: number): Promise<Message[]> {
	return markMessages(sessionId, actor, upToSeq, {
		which: and(isNull(chatMessages.deliveredAt), inArray(chatMessages.senderType, ["user", "agent"])),
		set: { deliveredAt: sql`now()` },
		markedTo: actor.type === "customer" ? "customerDeliveredSeq" : "teamDeliveredSeq",
	});
}

type ReceiptMark = {
	/** SQL condition for messages that are not marked as read (or delivered) yet. */
	which: ReturnType<typeof and>;
	set: Parameters<ReturnType<typeof db.update>["set"]>[0];
	/** The column with the sequence up to which all messages are marked, so that no receipt reads these messages again. */
	markedTo: "customerReadSeq" | "customerDeliveredSeq" | "teamReadSeq" | "teamDeliveredSeq";
};

async function markMessages(
	sessionId: string,
	actor: Actor,
	upToSeq: number,
	change: ReceiptMark,
): Promise<Message[]> {
	const { markedTo } = change;
	const column = chatSessions[markedTo];
	const ofOtherSide =
		actor.type === "customer" ? ne(chatMessages.senderType, "user") : eq(chatMessages.senderType, "user");
	const unmarked = and(change.which, ofOtherSide);
	await requireSessionId(sessionId, actor);
	// Most receipts change nothing. They take no lock, so no message waits for them.
	const [known] = await db
		.select({
			from: column,
			// A client's receipt may name a sequence that no message has yet.
			to: sql<number>`least(${chatSessions.lastSeq}, ${upToSeq}::bigint)::int`,
			isPending: exists(
				db
					.select({ id: chatMessages.id })
					.from(chatMessages)
					.where(
						and(
							eq(chatMessages.sessionId, chatSessions.sessionId),
							gt(chatMessages.seq, column),
							lte(chatMessages.seq, sql`${upToSeq}::bigint`),
							unmarked,
						),
					),
			),
		})
		.from(chatSessions)
		.where(eq(chatSessions.sessionId, sessionId));
	if (!known) return [];
	if (!known.isPending) {
		if (known.to - known.from > MAX_UNCHANGED_MESSAGES_PER_RECEIPT)
			await keepMarkedTo(db, sessionId, markedTo, known.to);
		return [];
	}
	return transact(async (tx) => {
		const row = await lockSession(tx, sessionId, actor);
		const found = await tx
			.select({ id: chatMessages.id, seq: chatMessages.seq })
			.from(chatMessages)
			.where(
				and(
					eq(chatMessages.sessionId, sessionId),
					gt(chatMessages.seq, row[markedTo]),
					lte(chatMessages.seq, sql`${upToSeq}::bigint`),
					unmarked,
				),
			)
			.orderBy(chatMessages.seq)
			.limit(MAX_MESSAGES_PER_RECEIPT);
		const last =
			found.length < MAX_MESSAGES_PER_RECEIPT ? Math.min(upToSeq, row.lastSeq) : (found.at(-1)?.seq ?? 0);
		await keepMarkedTo(tx, sessionId, markedTo, last);
		if (found.length === 0) return [];
		const rows = await tx
			.update(chatMessages)
			.set(change.set)
			.where(
				inArray(
					chatMessages.id,
					found.map(({ id }) => id),
				),
			)
			.returning();
		if (markedTo === "teamReadSeq") {
			const unread = last >= row.lastSeq ? 0 : Math.max(0, row.unread - rows.length);
			await tx.update(chatSessions).set({ unread }).where(eq(chatSessions.sessionId, sessionId));
		}
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

/**
 * Stores that the messages up to a sequence are marked as read or delivered. No message can get an earlier sequence later.
 */
async function keepMarkedTo(
	executor: Pick<typeof db, "update">,
	sessionId: string,
	markedTo: ReceiptMark["markedTo"],
	seq: number,
): Promise<void> {
	await executor
		.update(chatSessions)
		.set({ [markedTo]: sql`greatest(${chatSessions[markedTo]}, ${seq}::int)` })
		.where(eq(chatSessions.sessionId, sessionId));
}

/** The session and sequence of a message, if the actor may see it. @throws NotFound */
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
