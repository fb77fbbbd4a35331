import { sql as query } from "drizzle-orm";
import { db, type RunStatement, runAlone, runInTransaction, type Transaction } from "#db/client.server.ts";
import type { WakeUp } from "./bus/bus.ts";
import {
	type DurableType,
	type EphemeralType,
	type EventData,
	type StreamName,
	streamKey,
} from "./events.ts";
import { hub } from "./hub.server.ts";
import { forgetAnswer, isAnswerStopped, stopLiveAnswer } from "./live-answers.server.ts";

/**
 * A transaction that collects the wake-ups of its events; `transact` opens the transaction, and sends the wake-ups
 * after the commit.
 */
export type EventTransaction = Transaction & { readonly wakeUps: WakeUp[] };

/** Runs single statements, and collects the wake-ups of the events that they write. */
export type EventWriter = { run: RunStatement; wakeUps: WakeUp[] };

/**
 * Runs `work` in a transaction and, after the commit, broadcasts the events published in it. Wake-ups wait for the
 * commit because NOTIFY inside a transaction takes a lock that serialises all commits.
 * `work` must not make HTTP or model calls: the session's row is locked from the first `publish` on.
 */
export async function transact<Result>(work: (tx: EventTransaction) => Promise<Result>): Promise<Result> {
	const wakeUps: WakeUp[] = [];
	const result = await db.transaction((tx) => work(Object.assign(tx, { wakeUps })));
	broadcast(wakeUps);
	return result;
}

/**
 * Runs `work`, which executes a single statement without a transaction, and then broadcasts the events published in
 * it. Every post is written this way.
 */
export async function transactAlone<Result>(work: (writer: EventWriter) => Promise<Result>): Promise<Result> {
	const wakeUps: WakeUp[] = [];
	const result = await work({ run: runAlone, wakeUps });
	broadcast(wakeUps);
	return result;
}

/** An `EventWriter` that runs its statements inside an existing transaction. */
export const writerOf = (tx: EventTransaction): EventWriter => ({
	run: runInTransaction(tx),
	wakeUps: tx.wakeUps,
});

function broadcast(wakeUps: WakeUp[]): void {
	if (wakeUps.length > 0) hub.broadcast({ wakeUps, ephemerals: [] });
}

/**
 * Writes one durable event in the caller's transaction. Only durable events are never lost. The sequence is the
 * session row's own counter, so commits and sequences have the same order and a rollback leaves no gap (measured:
 * readers that follow a bigserial or a timestamp column miss 17 to 24 % of rows).
 *
 * @param event.data makes the event's data from its stream and sequence.
 * @returns the event's sequence.
 */
export async function publish(
	tx: EventTransaction,
	event: {
		sessionId: string;
		stream: StreamName;
		type: DurableType;
		data: (position: { stream: StreamName; seq: number }) => unknown;
	},
): Promise<number> {
	const counter = event.stream === "public" ? query`last_seq` : query`internal_seq`;
	const [row] = await tx.execute<{ seq: number }>(query`
		update chat_sessions set ${counter} = ${counter} + 1, updated_at = now()
		where session_id = ${event.sessionId} returning ${counter} as seq`);
	if (!row) throw new Error("publish to a session that does not exist.");
	const stream = streamKey(event.stream, event.sessionId);
	const data = JSON.stringify(event.data({ stream: event.stream, seq: row.seq }));
	const [written] = await tx.execute<{ json: string }>(query`
		insert into chat_events (stream, seq, session_id, type, data)
		values (${stream}, ${row.seq}, ${event.sessionId}, ${event.type}, ${data}::text::jsonb)
		returning data::text as json`);
	tx.wakeUps.push([stream, row.seq, written && [event.type, written.json]]);
	return row.seq;
}

/** Broadcasts, after the commit, an event that a database function has written to the event log. */
export function publishLogged(
	wakeUps: WakeUp[],
	event: { sessionId: string; seq: number; type: DurableType; json: string },
): void {
	wakeUps.push([streamKey("public", event.sessionId), event.seq, [event.type, event.json]]);
}

/** Publishes an ephemeral event to connected readers; the event may be dropped and is never replayed. */
export function publishEphemeral(event: {
	sessionId: string;
	stream: StreamName;
	type: EphemeralType;
	data: unknown;
}): void {
	if (event.type === "ai-delta" && isAnswerStopped((event.data as EventData<"ai-delta">).messageId)) return;
	const ephemeral = [streamKey(event.stream, event.sessionId), event.type, event.data] as const;
	hub.broadcast({ wakeUps: [], ephemerals: [ephemeral] });
}

/** Removes the text of a live answer from memory; called when the text has become a message, or never will. */
export function endLiveAnswer(sessionId: string, messageId: string): void {
	forgetAnswer(sessionId, messageId);
}

/** Stops a live answer. @returns the text that its readers have seen; the server passes on no more of the answer. */
export const readStoppedText = stopLiveAnswer;
