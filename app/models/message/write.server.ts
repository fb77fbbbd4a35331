import { randomUUID } from "node:crypto";
import type { Message } from "#app/realtime/events.ts";
import { publishMessages, statementsIn } from "#app/realtime/publish.server.ts";
import type { RunStatement, Transaction } from "#db/client.server.ts";
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

/** The time messages of a transaction are sent at, as an SQL expression: to the millisecond, in ISO 8601. */
export const SENT_AT = `to_char(date_trunc('milliseconds', now()) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const LOCK_HEAD = `
	select last_seq as "lastSeq", ${SENT_AT} as at from chat_sessions
	where session_id = ($1::text::jsonb #>> '{}')::uuid for update`;

const INSERT_MESSAGES = `
	insert into chat_messages (
		id, session_id, seq, client_message_id, sender_id, sender_name, sender_type, message, message_type,
		metadata, sent_at
	)
	select
		id, "sessionId", seq, "clientMessageId", "senderId", "senderName", "senderType", message, "messageType",
		metadata, date_trunc('milliseconds', now())
	from jsonb_to_recordset($1::text::jsonb) as item(
		id uuid, "sessionId" uuid, seq int, "clientMessageId" text, "senderId" text, "senderName" text,
		"senderType" text, message text, "messageType" text, metadata jsonb
	)`;

/**
 * Writes a message and tells everybody, in the caller's transaction (see `transact`). Who may write, and
 * whether it was written before, is the caller's to know.
 */
export async function writeMessage(tx: Transaction, input: NewMessage): Promise<Message> {
	const run = statementsIn(tx);
	const [head] = await run<{ lastSeq: number; at: string }>(LOCK_HEAD, input.sessionId);
	if (!head) throw new Error("A message for a session that does not exist.");
	const message = makeMessage(input, { seq: head.lastSeq + 1, at: head.at });
	await writeMessages(run, [{ input, message }]);
	return message;
}

/** A message as it will leave the server, once it is written at this place. @param place.at see `SENT_AT`. */
export function makeMessage(input: NewMessage, place: { seq: number; at: string }): Message {
	return toMessage({
		id: input.id ?? randomUUID(),
		sessionId: input.sessionId,
		seq: place.seq,
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
		sentAt: new Date(place.at),
	});
}

/**
 * Writes messages of any number of sessions, whose rows the caller has locked, in two statements.
 * @param written each with the sequence that follows its session's head, or the one before it here.
 */
export async function writeMessages(
	run: RunStatement,
	written: { input: NewMessage; message: Message }[],
): Promise<void> {
	const events = written.map(({ message }) => ({
		sessionId: message.sessionId,
		seq: message.seq,
		data: { stream: "public", seq: message.seq, message },
	}));
	const rows = written.map(({ input, message }) => ({ ...message, senderId: input.senderId ?? null }));
	await Promise.all([publishMessages(run, events), run(INSERT_MESSAGES, rows)]);
}
