import type { Message } from "#app/realtime/events.ts";
import { type EventTransaction, publishLogged } from "#app/realtime/publish.server.ts";
import { runInTransaction } from "#db/client.server.ts";
import { draftMessage, type NewMessage, readMessage } from "./write-posts.server.ts";

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
