import { sql as query } from "drizzle-orm";
import { db, type RunStatement, runAlone, runInTransaction, type Transaction } from "#db/client.server.ts";
import type { Hint } from "./bus/bus.ts";
import {
	type DurableType,
	type EphemeralType,
	type EventData,
	type StreamName,
	streamKey,
} from "./events.ts";
import { hub } from "./hub.server.ts";
import { forgetAnswer, isStopped, stopLiveAnswer } from "./live-answers.server.ts";

const hintsOf = new WeakMap<Transaction | RunStatement, Hint[]>();

/**
 * Runs `work` in a transaction and, once it is committed, tells everybody what was published in it. Hints
 * wait for the commit because NOTIFY inside a transaction takes a lock that serialises all commits.
 * No HTTP or model call belongs inside: the session's row is locked from the first `publish` on.
 */
export async function transact<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
	return announcing((hints) =>
		db.transaction(async (tx) => {
			hintsOf.set(tx, hints);
			return work(tx);
		}),
	);
}

/** The same for a single statement, which needs no transaction around it: the path every message takes. */
export async function transactAlone<Result>(work: (run: RunStatement) => Promise<Result>): Promise<Result> {
	return announcing((hints) => {
		const run: RunStatement = (statement, input) => runAlone(statement, input);
		hintsOf.set(run, hints);
		return work(run);
	});
}

/** Such statements in a transaction opened by `transact`, where other work goes with them. */
export function statementsIn(tx: Transaction): RunStatement {
	const run = runInTransaction(tx);
	const hints = hintsOf.get(tx);
	if (hints) hintsOf.set(run, hints);
	return run;
}

async function announcing<Result>(commit: (hints: Hint[]) => Promise<Result>): Promise<Result> {
	const hints: Hint[] = [];
	const result = await commit(hints);
	if (hints.length > 0) hub.announce({ hints, ephemerals: [] });
	return result;
}

function hintsIn(transaction: Transaction | RunStatement): Hint[] {
	const hints = hintsOf.get(transaction);
	if (!hints) throw new Error("publish needs a transaction opened by transact().");
	return hints;
}

/**
 * Writes one durable event in the caller's transaction: the only way to tell anyone anything that must not
 * be lost. The sequence is the session row's own counter, so the order of commits is the order of numbers
 * and a rollback leaves no hole (counters taken from a sequence or a clock lost 17 to 24 % of rows).
 *
 * @param event.data makes the event's data from the sequence it got.
 * @returns the sequence.
 * @throws when `tx` was not opened by `transact`, since nobody would be told.
 */
export async function publish(
	tx: Transaction,
	event: {
		sessionId: string;
		stream: StreamName;
		type: DurableType;
		data: (place: { stream: StreamName; seq: number }) => unknown;
	},
): Promise<number> {
	const hints = hintsIn(tx);
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
	hints.push([stream, row.seq, written && [event.type, written.json]]);
	return row.seq;
}

/** Has everybody told, after the commit, of an event that a function of the database has logged. */
export function publishWritten(
	run: RunStatement,
	event: { sessionId: string; seq: number; type: DurableType; json: string },
): void {
	hintsIn(run).push([streamKey("public", event.sessionId), event.seq, [event.type, event.json]]);
}

/** Tells whoever listens now; may be dropped, is never replayed. */
export function publishEphemeral(event: {
	sessionId: string;
	stream: StreamName;
	type: EphemeralType;
	data: unknown;
}): void {
	if (event.type === "ai-delta" && isStopped((event.data as EventData<"ai-delta">).messageId)) return;
	const ephemeral = [streamKey(event.stream, event.sessionId), event.type, event.data] as const;
	hub.announce({ hints: [], ephemerals: [ephemeral] });
}

/** To be called when the words published as `ai-delta` have become a message, or will not any more. */
export function endLiveAnswer(sessionId: string, messageId: string): void {
	forgetAnswer(sessionId, messageId);
}

/** The words of a running answer that its readers have seen, for whoever stops it; no more of them are passed on. */
export const readStoppedText = stopLiveAnswer;
