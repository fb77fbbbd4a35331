import { randomUUID } from "node:crypto";
import type { Message } from "#app/realtime/events.ts";
import { type EventTransaction, publishLogged } from "#app/realtime/publish.server.ts";
import { runInTransaction } from "#db/client.server.ts";
import type { MessageRow } from "./present.server.ts";

export type NewMessage = {
	sessionId: string;
	senderType: MessageRow["senderType"];
	senderName?: string | null;
	message: string;
	messageType?: string | undefined;
	metadata?: MessageRow["metadata"] | undefined;
	clientMessageId?: string | null | undefined;
	/** Set when the id is known already: the text of an answer is streamed under the id of its message. */
	id?: string;
};

const ADD_MESSAGE = `
	select added.seq, added.event::text as event
	from jsonb_to_record($1::text::jsonb) as input(item jsonb, sender text), add_message(item, sender) added`;

/**
 * Writes a message and its event in the caller's transaction (see `transact`). The caller checks who may write, and
 * whether the message was written before.
 */
export async function writeMessage(
	tx: EventTransaction,
	{ senderId = null, ...input }: NewMessage & { senderId?: string | null },
): Promise<Message> {
	const [written] = await runInTransaction(tx)<{ seq: number; event: string }>(ADD_MESSAGE, {
		item: draftMessage(input),
		sender: senderId,
	});
	if (!written) throw new Error("The message was not written.");
	const { seq, event } = written;
	publishLogged(tx.wakeUps, { sessionId: input.sessionId, seq, type: "new-message", json: event });
	return readMessage(event);
}

/** A message without its sequence and its time, which the database assigns. */
export function draftMessage(input: NewMessage): Omit<Message, "seq" | "sentAt"> {
	return {
		id: input.id ?? randomUUID(),
		sessionId: input.sessionId,
		clientMessageId: input.clientMessageId ?? null,
		senderType: input.senderType,
		senderName: input.senderName ?? null,
		message: input.message,
		messageType: input.messageType ?? "text",
		metadata: input.metadata ?? {},
		isRead: false,
	};
}

/** Reads the message from the event that the database has written for it. */
export const readMessage = (event: string): Message => (JSON.parse(event) as { message: Message }).message;
