import { sql as query } from "drizzle-orm";
import { db, type Transaction } from "#db/client.server.ts";
import { chatEvents } from "#db/schema.ts";
import type { Hint } from "./bus/bus.ts";
import { type DurableType, type EphemeralType, type StreamName, streamKey } from "./events.ts";
import { hub } from "./hub.server.ts";
import { forgetAnswer } from "./live-answers.server.ts";

const hintsOf = new WeakMap<Transaction, Hint[]>();

/**
 * Runs `work` in a transaction and, once it is committed, tells everybody what was published in it. Hints
 * wait for the commit because NOTIFY inside a transaction takes a lock that serialises all commits.
 * No HTTP or model call belongs inside: the session's row is locked from the first `publish` on.
 */
export async function transact<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
	const hints: Hint[] = [];
	const result = await db.transaction(async (tx) => {
		hintsOf.set(tx, hints);
		return work(tx);
	});
	if (hints.length > 0) hub.announce({ hints, ephemerals: [] });
	return result;
}

/**
 * Writes one durable event in the caller's transaction: the only way to tell anyone anything that must not
 * be lost. The sequence is the session row's own counter, so the order of commits is the order of numbers
 * and a rollback leaves no hole (counters taken from a sequence or a clock lost 17 to 24 % of rows).
 *
 * @param event.data makes the event's data from the sequence it got and the time of the write.
 * @returns the sequence.
 * @throws when `tx` was not opened by `transact`, since nobody would be told.
 */
export async function publish(
	tx: Transaction,
	event: {
		sessionId: string;
		stream: StreamName;
		type: DurableType;
		data: (place: { stream: StreamName; seq: number }, at: Date) => unknown;
	},
): Promise<number> {
	const hints = hintsOf.get(tx);
	if (!hints) throw new Error("publish needs a transaction opened by transact().");
	const counter = event.stream === "public" ? query`last_seq` : query`internal_seq`;
	const [row] = await tx.execute<{ seq: number; at: string }>(query`
		update chat_sessions set ${counter} = ${counter} + 1, updated_at = now()
		where session_id = ${event.sessionId} returning ${counter} as seq, now() as at`);
	if (!row) throw new Error("publish to a session that does not exist.");
	const place = { stream: event.stream, seq: row.seq };
	const stream = streamKey(event.stream, event.sessionId);
	await tx.insert(chatEvents).values({
		stream,
		seq: row.seq,
		sessionId: event.sessionId,
		type: event.type,
		data: event.data(place, new Date(row.at)),
	});
	hints.push([stream, row.seq]);
	return row.seq;
}

/** Tells whoever listens now; may be dropped, is never replayed. */
export function publishEphemeral(event: {
	sessionId: string;
	stream: StreamName;
	type: EphemeralType;
	data: unknown;
}): void {
	const ephemeral = [streamKey(event.stream, event.sessionId), event.type, event.data] as const;
	hub.announce({ hints: [], ephemerals: [ephemeral] });
}

/** To be called when the words published as `ai-delta` have become a message, or will not any more. */
export function endLiveAnswer(sessionId: string, messageId: string): void {
	forgetAnswer(sessionId, messageId);
}
