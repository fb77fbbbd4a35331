import { sql } from "drizzle-orm";
import { enqueueJob } from "#app/job-queue.server.ts";
import { enqueueTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { transact } from "#app/realtime/publish.server.ts";
import type { Transaction } from "#db/client.server.ts";
import { lockSession } from "./find.server.ts";
import type { SessionRow } from "./present.server.ts";
import type { Actor } from "./scope.server.ts";

/**
 * Enqueues a turn for the customer's last question again, if its answer asked the customer to sign in. The caller has
 * locked the session and knows who the customer is now.
 * @param network key of the network of the request by which the customer signed in (`senderNetworkKey`).
 * @returns the network of the written turn, with which the caller wakes the worker after the commit; null when no turn
 * was written.
 */
export async function enqueueWaitingQuestion(
	tx: Transaction,
	{ sessionId, status }: Pick<SessionRow, "sessionId" | "status">,
	network: string,
): Promise<string | null> {
	if (status !== "assistant") return null;
	const questionSeq = await findWaitingQuestion(tx, sessionId);
	return questionSeq === null ? null : enqueueTurn(tx, { sessionId, questionSeq, network });
}

/**
 * Answers the question that waits for a sign-in, after the customer has signed in. A repeated call changes nothing.
 * @param network key of the network of the request by which the customer signed in (`senderNetworkKey`).
 * @throws NotFound
 */
export async function answerWaitingQuestion(sessionId: string, actor: Actor, network: string): Promise<void> {
	const turnNetwork = await transact(async (tx) =>
		enqueueWaitingQuestion(tx, await lockSession(tx, sessionId, actor), network),
	);
	if (turnNetwork !== null) enqueueJob("answer-session", { sessionId, network: turnNetwork });
}

/**
 * The sequence of the customer's last question, if the assistant's newest answer asks the customer to sign in;
 * otherwise null.
 */
async function findWaitingQuestion(tx: Transaction, sessionId: string): Promise<number | null> {
	const [row] = await tx.execute<{ seq: number }>(sql`
		select question.seq from (
			select seq from chat_messages where session_id = ${sessionId} and sender_type = 'user'
			order by seq desc limit 1
		) question
		cross join lateral (
			select metadata from chat_messages
			where session_id = ${sessionId} and seq > question.seq and sender_type = 'bot'
				-- The form for an emailed code is a message as well, but no answer.
				and not metadata ? 'codeEntry'
			order by seq desc limit 1
		) answer
		where answer.metadata ? 'identify' and not exists (
			select 1 from ai_turns where session_id = ${sessionId} and state in ('due', 'running')
		)`);
	return row?.seq ?? null;
}
