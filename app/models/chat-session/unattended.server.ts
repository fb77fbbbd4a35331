import { eq, type SQL, sql } from "drizzle-orm";
import { isAgentAvailable } from "#app/models/agent/agent.server.ts";
import { enqueueTurn } from "#app/models/ai-turn/ai-turn.server.ts";
import { stopAnswer } from "#app/models/ai-turn/stop-answer.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { type EventTransaction, transact } from "#app/realtime/publish.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { db, type Transaction } from "#db/client.server.ts";
import { chatSessions } from "#db/schema.ts";
import { queueSession, requeueSession, setMissingDeadline, writeOverdueNotice } from "./queue.server.ts";

/**
 * Seconds before a message without a turn counts as a problem. Until then, the transaction that enqueues the turn may
 * still commit.
 */
const GRACE_SECONDS = 15;
/** Seconds that a turn may stay unanswered before the session goes to the queue. */
const OVERDUE_TURN_SECONDS = 180;
/** Number of turns for one question after which the session goes to the queue. */
const MAX_TURNS_PER_QUESTION = 3;
/** Maximum number of sessions that are repaired in one round; the next round repairs the rest. */
const REPAIR_BATCH_SIZE = 100;

const UNATTENDED_PROBLEMS = [
	/** The customer's newest message has neither an answer nor a turn. */
	"unpromised",
	/** No process works on the session's open turn. */
	"unkept",
	/** The agent of the session is away or does not answer the customer. */
	"agent-away",
	/** The session is in the queue, but no time is set by which an agent should come. */
	"no-deadline",
	/** The waiting time that was announced to a queued customer has passed, and the customer has got no notice of that. */
	"overdue",
] as const;
export type UnattendedProblem = (typeof UNATTENDED_PROBLEMS)[number];
type UnattendedSession = {
	sessionId: string;
	problem: UnattendedProblem;
	questionSeq: number;
	turnCount: number;
};

/** A repair of a session; `turnNetwork` is the network of the turn that the repair enqueued, else null. */
type Repair = { sessionId: string; problem: UnattendedProblem; turnNetwork: string | null };

/** Number of repairs of unattended sessions by this process since its start, by problem. */
export const repairCounts = singleton(
	"unattended-repairs",
	() =>
		Object.fromEntries(UNATTENDED_PROBLEMS.map((problem) => [problem, 0])) as Record<
			UnattendedProblem,
			number
		>,
);

/**
 * Finds unattended sessions and repairs them, so that every open session is answered, has a turn, or is in the queue
 * with an announced waiting time. Several processes may run this function at once: each session is checked again under
 * its lock.
 * @param activeSince checks sessions of the assistant only if they have a message since this time; when absent, all
 * sessions that were never ended are read.
 * @returns the repairs.
 */
export async function repairUnattended(activeSince?: Date): Promise<Repair[]> {
	const repaired: Repair[] = [];
	for (const { sessionId } of await findUnattended(db, selectPossiblyUnattended(activeSince))) {
		const repair = await transact((tx) => repairSession(tx, sessionId));
		if (!repair) continue;
		repairCounts[repair.problem] += 1;
		repaired.push(repair);
	}
	return repaired;
}

async function repairSession(tx: EventTransaction, sessionId: string): Promise<Repair | null> {
	const [row] = await tx
		.select()
		.from(chatSessions)
		.where(eq(chatSessions.sessionId, sessionId))
		// A locked session is skipped: the transaction that has locked it is changing it, and the next round checks it again.
		.for("update", { skipLocked: true });
	if (!row) return null;
	const [unattended] = await findUnattended(tx, sql`select ${sessionId}::uuid as session_id`);
	if (!unattended) return null;
	const { problem } = unattended;
	let turnNetwork: string | null = null;
	switch (problem) {
		case "unpromised":
			if (unattended.turnCount < MAX_TURNS_PER_QUESTION) {
				const { questionSeq } = unattended;
				turnNetwork = await enqueueTurn(tx, { sessionId, questionSeq, network: null });
			} else await queueSession(tx, sessionId, "assistant-failed");
			break;
		case "unkept":
			await stopAnswer(tx, sessionId);
			await queueSession(tx, sessionId, "assistant-failed");
			break;
		case "agent-away":
			await requeueSession(tx, row);
			break;
		case "no-deadline":
			await setMissingDeadline(tx, sessionId);
			break;
		case "overdue":
			await writeOverdueNotice(tx, sessionId);
			break;
	}
	return { sessionId, problem, turnNetwork };
}

/**
 * SQL for the sessions that could be unattended: those in the queue or with an agent, those with an open turn, and the
 * assistant's sessions with a message since `activeSince` (all of the assistant's sessions when it is absent). Each
 * part reads an index.
 */
function selectPossiblyUnattended(activeSince: Date | undefined): SQL {
	const hour = sql`date_trunc('hour', ${activeSince?.toISOString()}::timestamptz at time zone 'utc')`;
	return sql`
		select session_id from chat_sessions where status in ('queued', 'agent')
		union select session_id from ai_turns where state in ('due', 'running')
		union select session_id from chat_sessions
			where status = 'assistant' ${activeSince ? sql`and activity_hour >= ${hour}` : sql``}`;
}

/**
 * Finds unattended sessions and their problems among the sessions that could be unattended. Attended sessions give no
 * row.
 */
async function findUnattended(
	executor: Pick<Transaction, "execute" | "select">,
	candidates: SQL,
): Promise<UnattendedSession[]> {
	const { agentAwayMinutes, agentSilentMinutes } = await getSetting("queue", executor);
	const minutes = (count: number) => sql`now() - ${count} * interval '1 minute'`;
	const seconds = (count: number) => sql`now() - ${count} * interval '1 second'`;
	const rows = await executor.execute<UnattendedSession>(sql`
		select open.session_id as "sessionId", found.problem, newest.seq as "questionSeq",
			(select count(*)::int from ai_turns where session_id = open.session_id and question_seq = newest.seq) as "turnCount"
		from (${candidates}) candidate
		join chat_sessions open on open.session_id = candidate.session_id
		left join lateral (
			select seq, sender_type, sent_at from chat_messages
			where session_id = open.session_id and sender_type <> 'system'
				-- A stopped answer answers nothing: the customer's question before it is still open.
				and not metadata ? 'stopped'
			order by seq desc limit 1
		) newest on true
		left join ai_turns turn on turn.session_id = open.session_id and turn.state in ('due', 'running')
		left join chat_agents on chat_agents.id = open.assigned_agent_id
		cross join lateral (select newest.sender_type = 'user' as asks) customer
		cross join lateral (select case
			when open.status = 'assistant' and turn.id is null and customer.asks
				and newest.sent_at < ${seconds(GRACE_SECONDS)} then 'unpromised'
			when open.status = 'assistant' and turn.due_at < ${seconds(OVERDUE_TURN_SECONDS)}
				and (turn.lease_until is null or turn.lease_until < now()) then 'unkept'
			when open.status = 'agent' and chat_agents.id is null then 'agent-away'
			when open.status = 'agent' and customer.asks
				and greatest(newest.sent_at, open.assigned_at) < ${minutes(agentAwayMinutes)}
				-- The page of an agent who is there answers each message it shows with a receipt.
				and (coalesce(chat_agents.last_active_at < newest.sent_at, true) or not ${isAgentAvailable})
				then 'agent-away'
			when open.status = 'agent' and customer.asks
				and greatest(newest.sent_at, open.assigned_at) < ${minutes(agentSilentMinutes)} then 'agent-away'
			when open.status = 'queued' and (open.queue_deadline is null or open.queued_at is null) then 'no-deadline'
			when open.status = 'queued' and open.queue_deadline < now()
				and (open.overdue_noticed_at is null or open.overdue_noticed_at < open.queued_at) then 'overdue'
		end as problem) found
		where open.is_active and found.problem is not null
		order by newest.sent_at nulls first limit ${REPAIR_BATCH_SIZE}`);
	return [...rows];
}
