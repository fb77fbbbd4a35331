import { randomUUID } from "node:crypto";
import type { Message } from "#app/realtime/events.ts";
import { publishLogged, statementsIn } from "#app/realtime/publish.server.ts";
import type { Transaction } from "#db/client.server.ts";
import type { MessageRow } from "./present.server.ts";

export type NewMessage = {
	sessionId: string;
	senderType: MessageRow["senderType"];
	senderName?: string | null;
	message: string;
	messageType?: string | undefined;
	metadata?: MessageRow["metadata"] | undefined;
	clientMessageId?: string | null | undefined;
	/** Set where the id was promised before, as for an answer whose words have been streamed under it. */
	id?: string;
};

const ADD_MESSAGE = `
	select added.seq, added.event::text as event
	from jsonb_to_record($1::text::jsonb) as input(item jsonb, sender text), add_message(item, sender) added`;

/**
 * Writes a message and tells everybody, in the caller's transaction (see `transact`). Who may write, and
 * whether it was written before, is the caller's to know.
 */
export async function writeMessage(
	tx: Transaction,
	{ senderId = null, ...input }: NewMessage & { senderId?: string | null },
): Promise<Message> {
	const run = statementsIn(tx);
	const written = await run<{ seq: number; event: string }>(ADD_MESSAGE, {
		item: draftMessage(input),
		sender: senderId,
	});
	const [{ seq, event } = { seq: 0, event: "" }] = written;
	publishLogged(run, { sessionId: input.sessionId, seq, type: "new-message", json: event });
	return readMessage(event);
}

/** A message as it will leave the server, but for its place and its time, which the database gives it. */
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

/** The message in the event that the database wrote for it. */
export const readMessage = (event: string): Message => (JSON.parse(event) as { message: Message }).message;
