import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import type { Message } from "#app/realtime/events.ts";
import { publish } from "#app/realtime/publish.server.ts";
import type { Transaction } from "#db/client.server.ts";
import { chatMessages, chatSessions } from "#db/schema.ts";
import { type MessageRow, toMessage } from "./present.server.ts";

export type NewMessage = {
	sessionId: string;
	senderType: MessageRow["senderType"];
	senderId?: string | null;
	senderName?: string | null;
	message: string;
	messageType?: string;
	metadata?: MessageRow["metadata"];
	clientMessageId?: string | null;
	/** Set where the id was promised before, as for an answer whose words have been streamed under it. */
	id?: string;
};

/**
 * Writes a message and tells everybody, in the caller's transaction (see `transact`). Who may write, and
 * whether it was written before, is the caller's to know.
 */
export async function writeMessage(tx: Transaction, input: NewMessage): Promise<Message> {
	const row: MessageRow = {
		id: input.id ?? randomUUID(),
		sessionId: input.sessionId,
		seq: 0,
		clientMessageId: input.clientMessageId ?? null,
		senderId: input.senderId ?? null,
		senderName: input.senderName ?? null,
		senderType: input.senderType,
		message: input.message,
		messageType: input.messageType ?? "text",
		metadata: input.metadata ?? {},
		isRead: false,
		deliveredAt: null,
		readAt: null,
		sentAt: new Date(),
	};
	await publish(tx, {
		sessionId: input.sessionId,
		stream: "public",
		type: "new-message",
		data: (place, at) => {
			row.seq = place.seq;
			row.sentAt = at;
			return { ...place, message: toMessage(row) };
		},
	});
	await tx.insert(chatMessages).values(row);
	await tx
		.update(chatSessions)
		.set({ lastMessageAt: row.sentAt })
		.where(eq(chatSessions.sessionId, input.sessionId));
	return toMessage(row);
}
