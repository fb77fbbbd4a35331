import { eq, sql } from "drizzle-orm";
import { env } from "#app/env.server.ts";
import { enqueueJob } from "#app/job-queue.server.ts";
import { recountAgentSessions } from "#app/models/agent/agent.server.ts";
import { enqueueTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { Conflict } from "#app/models/errors.ts";
import type { Session } from "#app/realtime/events.ts";
import { transact } from "#app/realtime/publish.server.ts";
import type { Transaction } from "#db/client.server.ts";
import { chatSessions } from "#db/schema.ts";
import { lockSession } from "./find.server.ts";
import { publishQueueChanges } from "./publish-queue.server.ts";
import { publishSession, readSession, requireNotEnded } from "./publish-session.server.ts";
import type { Actor } from "./scope.server.ts";

/**
 * Returns a session to the assistant, from the queue or from an agent. A question of the customer that nobody has
 * answered gets an answer. A session that the assistant already has does not change.
 * @param actor an agent or a program; customers may not do this.
 * @throws NotFound; Conflict when the session has ended or the assistant is off.
 */
export async function returnToAssistant(sessionId: string, actor: Actor): Promise<Session> {
	const returned = await transact(async (tx) => {
		const row = await lockSession(tx, sessionId, actor);
		requireNotEnded(row);
		if (row.status === "assistant") {
			return { session: await readSession(tx, sessionId), wasQueued: false, turnNetwork: null };
		}
		if (env().ASSISTANT === "off") throw new Conflict("The assistant is off.");
		await tx
			.update(chatSessions)
			.set({
				status: "assistant",
				queuedAt: null,
				queueReason: null,
				queueDeadline: null,
				overdueNoticedAt: null,
				assignedAt: null,
				assignedAgentId: null,
				// The session's next handover summarises only what happens from here on.
				handover: null,
			})
			.where(eq(chatSessions.sessionId, sessionId));
		const session = await publishSession(tx, sessionId);
		const questionSeq = await findUnansweredQuestion(tx, sessionId);
		const turnNetwork =
			questionSeq === null ? null : await enqueueTurn(tx, { sessionId, questionSeq, network: null });
		if (row.assignedAgentId) await recountAgentSessions(tx, row.assignedAgentId);
		return { session, wasQueued: row.status === "queued", turnNetwork };
	});
	const { turnNetwork } = returned;
	if (turnNetwork !== null) enqueueJob("answer-session", { sessionId, network: turnNetwork });
	if (returned.wasQueued) await publishQueueChanges();
	return returned.session;
}

/**
 * The sequence of the session's newest message if a customer wrote it. Notices and stopped answers are ignored, because
 * they are no answers.
 */
async function findUnansweredQuestion(tx: Transaction, sessionId: string): Promise<number | null> {
	const [row] = await tx.execute<{ seq: number; isQuestion: boolean }>(sql`
		select seq, sender_type = 'user' as "isQuestion" from chat_messages
		where session_id = ${sessionId} and sender_type <> 'system' and not metadata ? 'stopped'
		order by seq desc limit 1`);
	return row?.isQuestion ? row.seq : null;
}
