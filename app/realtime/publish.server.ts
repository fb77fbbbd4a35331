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
import { forgetAnswer, isStopped, stopLiveAnswer } from "./live-answers.server.ts";

const wakeUpsOf = new WeakMap<Transaction | RunStatement, WakeUp[]>();

/**
 * Runs `work` in a transaction and, after the commit, broadcasts the events published in it. Wake-ups wait for the
 * commit because NOTIFY inside a transaction takes a lock that serialises all commits.
 * `work` must not make HTTP or model calls: the session's row is locked from the first `publish` on.
 */
export async function transact<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
	return broadcastAfter((wakeUps) =>
		db.transaction(async (tx) => {
			wakeUpsOf.set(tx, wakeUps);
			return work(tx);
		}),
	);
}

/** The same for a single statement, which needs no transaction of its own; every message is written this way. */
export async function transactAlone<Result>(work: (run: RunStatement) => Promise<Result>): Promise<Result> {
	return broadcastAfter((wakeUps) => {
		const run: RunStatement = (statement, input) => runAlone(statement, input);
		wakeUpsOf.set(run, wakeUps);
		return work(run);
	});
}

/** Runs such statements in a transaction opened by `transact`, together with other work. */
export function statementsIn(tx: Transaction): RunStatement {
	const run = runInTransaction(tx);
	const wakeUps = wakeUpsOf.get(tx);
	if (wakeUps) wakeUpsOf.set(run, wakeUps);
	return run;
}

async function broadcastAfter<Result>(commit: (wakeUps: WakeUp[]) => Promise<Result>): Promise<Result> {
	const wakeUps: WakeUp[] = [];
	const result = await commit(wakeUps);
	if (wakeUps.length > 0) hub.broadcast({ wakeUps, ephemerals: [] });
	return result;
}

function wakeUpsIn(transaction: Transaction | RunStatement): WakeUp[] {
	const wakeUps = wakeUpsOf.get(transaction);
	if (!wakeUps) throw new Error("publish needs a transaction opened by transact().");
	return wakeUps;
}

/**
 * Writes one durable event in the caller's transaction: the only way to publish something that must not be lost. The
 * sequence is the session row's own counter, so commits and sequences have the same order and a rollback leaves no
 * gap (cursors on a bigserial or a timestamp lost 17 to 24 % of rows).
 *
 * @param event.data makes the event's data from its position.
 * @returns the sequence.
 * @throws Error when `tx` was not opened by `transact`, because nothing would be broadcast.
 */
export async function publish(
	tx: Transaction,
	event: {
		sessionId: string;
		stream: StreamName;
		type: DurableType;
		data: (position: { stream: StreamName; seq: number }) => unknown;
	},
): Promise<number> {
	const wakeUps = wakeUpsIn(tx);
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
	wakeUps.push([stream, row.seq, written && [event.type, written.json]]);
	return row.seq;
}

/** Broadcasts, after the commit, an event that a database function has written to the event log. */
export function publishLogged(
	run: RunStatement,
	event: { sessionId: string; seq: number; type: DurableType; json: string },
): void {
	wakeUpsIn(run).push([streamKey("public", event.sessionId), event.seq, [event.type, event.json]]);
}

/** Publishes an ephemeral event to connected readers; it may be dropped and is never replayed. */
export function publishEphemeral(event: {
	sessionId: string;
	stream: StreamName;
	type: EphemeralType;
	data: unknown;
}): void {
	if (event.type === "ai-delta" && isStopped((event.data as EventData<"ai-delta">).messageId)) return;
	const ephemeral = [streamKey(event.stream, event.sessionId), event.type, event.data] as const;
	hub.broadcast({ wakeUps: [], ephemerals: [ephemeral] });
}

/** To be called when the text published as `ai-delta` has become a message, or never will. */
export function endLiveAnswer(sessionId: string, messageId: string): void {
	forgetAnswer(sessionId, messageId);
}

/** The text of a live answer that its readers have seen, for code that stops it; no more of it is passed on. */
export const readStoppedText = stopLiveAnswer;
