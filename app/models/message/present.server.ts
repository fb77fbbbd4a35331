import type { Message } from "#app/realtime/events.ts";
import type { chatMessages } from "#db/schema.ts";

export type MessageRow = typeof chatMessages.$inferSelect;

/** A message in the shape that leaves the server. */
export function toMessage(row: Omit<MessageRow, "senderId">): Message {
	return {
		id: row.id,
		sessionId: row.sessionId,
		seq: row.seq,
		clientMessageId: row.clientMessageId,
		senderType: row.senderType,
		senderName: row.senderName,
		message: row.message,
		messageType: row.messageType,
		metadata: row.metadata,
		isRead: row.isRead,
		...(row.deliveredAt ? { deliveredAt: row.deliveredAt.toISOString() } : {}),
		...(row.readAt ? { readAt: row.readAt.toISOString() } : {}),
		sentAt: row.sentAt.toISOString(),
	};
}
