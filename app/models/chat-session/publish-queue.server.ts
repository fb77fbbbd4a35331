import { and, eq, sql as query } from "drizzle-orm";
import { isAnyAgentAvailable } from "#app/models/agent/agent.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { QueueState } from "#app/realtime/events.ts";
import { type EventTransaction, publish, transact } from "#app/realtime/publish.server.ts";
import { backgroundSql } from "#db/client.server.ts";
import { chatSessions } from "#db/schema.ts";
import { describeQueue } from "./describe-queue.server.ts";
import { customerLanguage } from "./locale.ts";
import { sessionEventData } from "./publish-session.server.ts";

/** Number of queued sessions that are compared in one round, in queue order. */
const MAX_COMPARED_SESSIONS = 1_000;
/**
 * A change of the queue position alone is announced only up to this position. Otherwise each departure from the queue
 * would write an event for every queued session.
 */
const MAX_ANNOUNCED_POSITION = 50;
/** Maximum number of announcements in one round; the next round announces the rest. */
const MAX_ANNOUNCEMENTS = 100;

type QueuedSession = {
	sessionId: string;
	position: number;
	queuedAt: Date | null;
	queueDeadline: Date | null;
	locale: string;
	detectedLanguage: string | null;
	/**
	 * The queue state in the session's newest event, which is the state that the customer sees. Null when no event has
	 * one, because the session began in the queue.
	 */
	announced: QueueState | null;
};

/**
 * Publishes changes of queue position, expected wait and agents' availability to queued customers. These values change
 * without an event of the customer's own session (agents come and go, the store opens, others leave the queue). Each
 * round therefore compares the announced queue state with the present one. Several processes may run this function at
 * once: each session is compared again under its lock.
 * @returns the number of sessions with a new announcement.
 */
export async function publishQueueChanges(): Promise<number> {
	const waiting = await listWaiting();
	if (waiting.length === 0) return 0;
	const [isTeamAvailable, hours] = await Promise.all([isAnyAgentAvailable(), getSetting("business_hours")]);
	const team = { isTeamAvailable, hours, now: new Date() };
	const changed = waiting.filter(({ announced, ...row }) => {
		const position =
			row.position <= MAX_ANNOUNCED_POSITION ? row.position : (announced?.position ?? row.position);
		const queue = describeQueue({ ...row, position, language: customerLanguage(row) }, team);
		return !announced || !isSameQueue(queue, announced);
	});
	let count = 0;
	for (const { sessionId } of changed.slice(0, MAX_ANNOUNCEMENTS)) {
		if (await transact((tx) => publishQueueState(tx, sessionId))) count += 1;
	}
	return count;
}

async function publishQueueState(tx: EventTransaction, sessionId: string): Promise<boolean> {
	const [row] = await tx
		.select({ id: chatSessions.id })
		.from(chatSessions)
		.where(and(eq(chatSessions.sessionId, sessionId), eq(chatSessions.status, "queued")))
		// A locked session is skipped: the transaction that has locked it announces the change, or the next round does.
		.for("update", { skipLocked: true });
	if (!row) return false;
	const data = await sessionEventData(tx, sessionId, "public");
	const { queue } = data({ stream: "public", seq: 0 }).session;
	const [last] = await tx.execute<{ announced: string | null }>(query`
		select data->'session'->>'queue' as announced from chat_events
		where stream = ${`public:${sessionId}`} and type = 'session-updated' order by seq desc limit 1`);
	const announced = last?.announced ? (JSON.parse(last.announced) as QueueState) : null;
	if (queue && announced && isSameQueue(queue, announced)) return false;
	await publish(tx, { sessionId, stream: "public", type: "session-updated", data });
	return true;
}

/** Lists queued sessions in queue order, each with the queue state of its newest event. */
async function listWaiting(): Promise<QueuedSession[]> {
	return backgroundSql<QueuedSession[]>`
		select w.session_id as "sessionId", w.position, w.queued_at as "queuedAt",
			w.queue_deadline as "queueDeadline", w.locale, w.detected_language as "detectedLanguage",
			nullif(newest.queue, 'null'::jsonb) as announced
		from (
			select *, row_number() over (
				order by coalesce(queued_at, started_at), session_id
			)::int as position
			from chat_sessions where status = 'queued'
			order by position limit ${MAX_COMPARED_SESSIONS}
		) w
		left join lateral (
			select data->'session'->'queue' as queue from chat_events
			where stream = 'public:' || w.session_id and type = 'session-updated' order by seq desc limit 1
		) newest on true
		order by w.position`;
}

/** Whether two queue states look equal to the customer. */
const isSameQueue = (one: QueueState, other: QueueState): boolean =>
	one.text === other.text && one.state === other.state && one.canEmail === other.canEmail;
