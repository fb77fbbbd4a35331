import { and, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { db, type RunStatement, type Transaction } from "#db/client.server.ts";
import { aiTurns } from "#db/schema.ts";
import type { Answer } from "#db/shapes.ts";

/**
 * Quick messages after one another get one answer: how long we wait for the next, and how long a customer who
 * keeps writing can put it off.
 */
export const ANSWER_DELAY = { waitMs: 350, mostWaitMs: 3_000 };
/** A lease is renewed each second; whoever lets it run out is taken for dead and the turn is taken over. */
const LEASE_SECONDS = 10;

export type Turn = typeof aiTurns.$inferSelect;

const ENQUEUE_TURN_SQL = `
	select promise_answer("sessionId", "questionSeq", ${ANSWER_DELAY.waitMs}, ${ANSWER_DELAY.mostWaitMs})
	from jsonb_to_record($1::text::jsonb) as item("sessionId" uuid, "questionSeq" int)`;

/**
 * Writes the promise of an answer to a question, in the caller's transaction, which has locked the session's
 * row. An answer under way is superseded. The same goes with every customer's message that is posted.
 */
export async function enqueueTurn(
	run: RunStatement,
	question: { sessionId: string; questionSeq: number },
): Promise<void> {
	await run(ENQUEUE_TURN_SQL, question);
}

/**
 * Withdraws the open promise of an answer, so that nothing can be written for it any more.
 * @returns the id its message would have had and its last checkpoint; null when none was open.
 */
export async function supersedeTurn(
	tx: Transaction,
	sessionId: string,
): Promise<Pick<Turn, "messageId" | "partial"> | null> {
	const [turn] = await tx
		.update(aiTurns)
		.set({ state: "superseded", network: "", finishedAt: sql`now()` })
		.where(and(eq(aiTurns.sessionId, sessionId), inArray(aiTurns.state, ["due", "running"])))
		.returning({ messageId: aiTurns.messageId, partial: aiTurns.partial });
	return turn ?? null;
}

/**
 * The session's open turn: up to which message it answers, in how many ms it is due (0: it is), and the network the
 * question came from; null when none is open.
 */
export async function getOpenTurn(
	sessionId: string,
): Promise<{ waitMs: number; questionSeq: number; network: string } | null> {
	const [row] = await db
		.select({
			waitMs: sql<number>`greatest(0, ceil(extract(epoch from due_at - now()) * 1000))::int`,
			questionSeq: aiTurns.questionSeq,
			network: aiTurns.network,
		})
		.from(aiTurns)
		.where(and(eq(aiTurns.sessionId, sessionId), inArray(aiTurns.state, ["due", "running"])));
	return row ?? null;
}

/**
 * Takes the lease on a session's due turn. The fence goes up with every taker, and every later write of this
 * taker names it: one that was paused and overtaken can write nothing any more.
 * @returns the turn, or null when none is due or somebody else's lease is alive.
 */
export async function leaseTurn(sessionId: string): Promise<Turn | null> {
	const [turn] = await db
		.update(aiTurns)
		.set({
			state: "running",
			fence: sql`fence + 1`,
			attempts: sql`attempts + 1`,
			leaseUntil: sql`now() + ${LEASE_SECONDS} * interval '1 second'`,
		})
		.where(
			and(
				eq(aiTurns.sessionId, sessionId),
				inArray(aiTurns.state, ["due", "running"]),
				sql`due_at <= now() and (lease_until is null or lease_until < now())`,
			),
		)
		.returning();
	return turn ?? null;
}

/**
 * Keeps what has been written so far, and when its first word went out, and renews the lease.
 * @returns false when the turn is no longer this taker's: it must stop.
 */
export async function saveCheckpoint(
	turn: Turn,
	partial: string,
	firstWordAt: Date | null,
): Promise<boolean> {
	const updated = await db
		.update(aiTurns)
		.set({
			// Until the first word is written again, the words of an attempt that died are still on the pages.
			...(partial === "" ? {} : { partial }),
			leaseUntil: sql`now() + ${LEASE_SECONDS} * interval '1 second'`,
			...(firstWordAt ? { firstWordAt } : {}),
		})
		.where(isStillLeased(turn))
		.returning({ id: aiTurns.id });
	return updated.length > 0;
}

/**
 * Gives the lease back unfinished, so that the next taker need not wait for it to run out. The fence goes up,
 * or a checkpoint still on its way could take the lease again.
 * @param isAttempt false when the process is to end: that is no fault of the question's, and does not count
 * towards the attempts after which a person answers instead.
 */
export async function releaseTurn(turn: Turn, { isAttempt }: { isAttempt: boolean }): Promise<void> {
	await db
		.update(aiTurns)
		.set({
			leaseUntil: null,
			fence: sql`fence + 1`,
			...(isAttempt ? {} : { attempts: sql`attempts - 1` }),
		})
		.where(isStillLeased(turn));
}

/**
 * Ends the turn in the transaction that writes its message.
 * @returns false when it is no longer this taker's; the caller must roll back.
 */
export async function finishTurn(
	tx: Transaction,
	turn: Turn,
	result: { outcome: Answer; firstWordAt: Date | null },
): Promise<boolean> {
	const { outcome, firstWordAt } = result;
	const ended = await tx
		.update(aiTurns)
		.set({
			state: "done",
			network: "",
			outcome,
			partial: "",
			reservedMicros: 0,
			finishedAt: sql`now()`,
			...(firstWordAt ? { firstWordAt } : {}),
		})
		.where(isStillLeased(turn))
		.returning({ id: aiTurns.id });
	return ended.length > 0;
}

/** A turn that is due, and for which network its answer is counted. */
export type DueTurn = { sessionId: string; network: string };

/**
 * Turns that are due and that no process is answering, in a fair order: the first of each network come first, then
 * the second of each, and so on. What a network has running, in any process, counts as its first ones; a network
 * with many turns so never delays those with few. Among equals the one that has been due longest comes first.
 * @param limit most turns returned.
 */
export async function listDueTurns(limit: number): Promise<DueTurn[]> {
	return db.execute<DueTurn>(dueTurnsQuery(limit));
}

/** The statement of `listDueTurns`, which reads open turns alone; exported for the test of its plan. */
export function dueTurnsQuery(limit: number): SQL {
	return sql`
		select session_id as "sessionId", network from (
			select session_id, network, due_at, is_waiting,
				count(*) filter (where not is_waiting) over (partition by network)
					+ count(*) filter (where is_waiting) over (
						partition by network order by due_at rows unbounded preceding
					) as place
			from (
				select session_id, network, due_at, lease_until is null or lease_until < now() as is_waiting
				from ai_turns where state in ('due', 'running') and due_at <= now()
			) open_turn
		) placed
		where is_waiting order by place, due_at, session_id limit ${limit}`;
}

/** The newest turn of a session, or null. */
export async function getLatestTurn(sessionId: string): Promise<Turn | null> {
	const [turn] = await db
		.select()
		.from(aiTurns)
		.where(eq(aiTurns.sessionId, sessionId))
		.orderBy(desc(aiTurns.questionSeq), desc(aiTurns.createdAt))
		.limit(1);
	return turn ?? null;
}

/** Whether the assistant has given at least so many answers in a session. Reads no more turns than it must. */
export async function hasAnsweredTimes(sessionId: string, times: number): Promise<boolean> {
	const answers = db
		.select({ id: aiTurns.id })
		.from(aiTurns)
		.where(and(eq(aiTurns.sessionId, sessionId), eq(aiTurns.state, "done")))
		.orderBy(desc(aiTurns.questionSeq))
		.limit(times)
		.as("answers");
	return (await db.$count(answers)) >= times;
}

function isStillLeased(turn: Turn) {
	return and(eq(aiTurns.id, turn.id), eq(aiTurns.fence, turn.fence), eq(aiTurns.state, "running"));
}
