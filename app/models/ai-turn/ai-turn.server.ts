import { and, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { db, runInTransaction, type Transaction } from "#db/client.server.ts";
import { aiTurns } from "#db/schema.ts";
import type { Answer } from "#db/shapes.ts";

/**
 * Delay of an answer after the customer's latest message (`waitMs`), so that several quick messages get one answer. The
 * delay ends at most `mostWaitMs` after the first of these messages.
 */
export const ANSWER_DELAY = { waitMs: 350, mostWaitMs: 3_000 };
/**
 * Length of a turn's lease. A process renews its leases once a second. When a lease expires, its process counts as
 * dead, and another process takes the turn.
 */
const LEASE_SECONDS = 10;

export type Turn = typeof aiTurns.$inferSelect;

const ENQUEUE_TURN_SQL = `
	with asked as materialized (
		select "sessionId", "questionSeq", coalesce(
			"network",
			(select nullif(network, '') from ai_turns
				where session_id = "sessionId" and state in ('due', 'running') limit 1),
			'session ' || "sessionId"
		) as network
		from jsonb_to_record($1::text::jsonb) as item("sessionId" uuid, "questionSeq" int, "network" text)
	)
	select network,
		promise_answer("sessionId", "questionSeq", ${ANSWER_DELAY.waitMs}, ${ANSWER_DELAY.mostWaitMs}, network)
	from asked`;

/**
 * Writes the turn for a question and supersedes the session's open turn. Runs in the caller's transaction, which holds
 * the lock on the session. For a posted customer's message, `writePosts` enqueues the turn itself.
 * @param question.network key of the network (IP range) whose request asks for the answer (`senderNetworkKey`); null
 * when no customer's request does. The turn then keeps the network of the session's open turn. Without one, the session
 * counts as a network of its own, so that such turns of many sessions do not share the slots of one network.
 * @returns the network that the answer is counted for; the caller passes it to the job `answer-session`.
 */
export async function enqueueTurn(
	tx: Transaction,
	question: { sessionId: string; questionSeq: number; network: string | null },
): Promise<string> {
	const [row] = await runInTransaction(tx)<{ network: string }>(ENQUEUE_TURN_SQL, question);
	return row?.network ?? "";
}

/**
 * Supersedes the open turn of a session, so that no process can write the turn's answer any more.
 * @returns the id that the answer's message would have had, and the last checkpoint; null when no turn was open.
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
 * The open turn of a session: the sequence of the newest message that it answers, the time until it is due (ms; 0 when
 * it is due), and the network of the question. Null when no turn is open.
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
 * Takes the lease on a session's due turn and increments the turn's fence. Every later write with this lease checks the
 * fence, so a process that was paused and lost the lease cannot write any more.
 * @returns null when no turn is due or another process has the lease.
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
 * Saves the checkpoint of a live answer and the time of the answer's first word, and renews the turn's lease.
 * @returns false when the lease is lost; the caller must stop writing the answer.
 */
export async function saveCheckpoint(
	turn: Turn,
	partial: string,
	firstWordAt: Date | null,
): Promise<boolean> {
	const updated = await db
		.update(aiTurns)
		.set({
			// Before the first text of a restarted answer, the pages still show the text of the earlier attempt, so the old
			// checkpoint stays.
			...(partial === "" ? {} : { partial }),
			leaseUntil: sql`now() + ${LEASE_SECONDS} * interval '1 second'`,
			...(firstWordAt ? { firstWordAt } : {}),
		})
		.where(isStillLeased(turn))
		.returning({ id: aiTurns.id });
	return updated.length > 0;
}

/**
 * Releases the lease of an unfinished turn, so that another process can take the turn at once. Increments the turn's
 * fence, because a checkpoint that is still being saved could otherwise renew the lease.
 * @param isAttempt false at shutdown: the attempt then does not count towards the limit after which a person answers.
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
 * Ends a turn in the transaction that writes the turn's message.
 * @returns false when the lease is lost; the caller must roll back.
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

/** A due turn, and the network (IP range) that its answer is counted for. */
export type DueTurn = { sessionId: string; network: string };

/**
 * Lists the due turns that no process is answering, in a fair order: the first turn of each network, then the second of
 * each, and so on. Answers that any process is writing for a network count as its first ones, so a network with many
 * turns does not delay the others. Among equal turns, the one that has been due longest comes first.
 */
export async function listDueTurns(limit: number): Promise<DueTurn[]> {
	return db.execute<DueTurn>(dueTurnsQuery(limit));
}

/** The SQL statement of `listDueTurns`; exported for the test of its query plan. */
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

/** The newest turn of a session; null when there is none. */
export async function getLatestTurn(sessionId: string): Promise<Turn | null> {
	const [turn] = await db
		.select()
		.from(aiTurns)
		.where(eq(aiTurns.sessionId, sessionId))
		.orderBy(desc(aiTurns.questionSeq), desc(aiTurns.createdAt))
		.limit(1);
	return turn ?? null;
}

/**
 * Whether the assistant has given at least this many answers in a session. The function reads at most this many turns.
 */
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
