import { and, eq, sql as query } from "drizzle-orm";
import { isAnyAgentThere } from "#app/models/agent/agent.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { Queue } from "#app/realtime/events.ts";
import { publish, transact } from "#app/realtime/publish.server.ts";
import { backgroundSql, type Transaction } from "#db/client.server.ts";
import { chatSessions } from "#db/schema.ts";
import { sessionData } from "./announce.server.ts";
import { describeQueue } from "./describe-queue.server.ts";
import { spokenLanguage } from "./locale.ts";

/** Waiting customers whose announced state is compared in one round, the next first. */
const MOST_COMPARED = 1_000;
/** Places behind this one are announced only with another change, or each departure would write to all of them. */
const MOST_PLACES = 50;
/** Announcements of one round; the rest follow in the next. */
const MOST_ANNOUNCED = 100;

type Waiting = {
	sessionId: string;
	position: number;
	queuedAt: Date | null;
	queueDeadline: Date | null;
	locale: string;
	detectedLanguage: string | null;
	/** The state in the newest event; null when there was none, since the conversation began in the queue. */
	announced: Queue | null;
};

/**
 * Tells waiting customers what has changed for them since the last event: their place, the expected wait, and
 * whether the team is there. Place and wait change without any event of their own conversation (agents come and
 * go, shops open, others leave the queue), so each round compares what was announced with what is true now. Any
 * number of processes may do so at once: each conversation is compared again under its lock.
 * @returns how many were told.
 */
export async function announceQueueChanges(): Promise<number> {
	const waiting = await listWaiting();
	if (waiting.length === 0) return 0;
	const [isAnybodyThere, hours] = await Promise.all([isAnyAgentThere(), getSetting("business_hours")]);
	const team = { isAnybodyThere, hours, now: new Date() };
	const changed = waiting.filter(({ announced, ...row }) => {
		const position = row.position <= MOST_PLACES ? row.position : (announced?.position ?? row.position);
		const queue = describeQueue({ ...row, position, language: spokenLanguage(row) }, team);
		return !announced || !isSameQueue(queue, announced);
	});
	let count = 0;
	for (const { sessionId } of changed.slice(0, MOST_ANNOUNCED)) {
		if (await transact((tx) => announceQueue(tx, sessionId))) count += 1;
	}
	return count;
}

async function announceQueue(tx: Transaction, sessionId: string): Promise<boolean> {
	const [row] = await tx
		.select({ id: chatSessions.id })
		.from(chatSessions)
		.where(and(eq(chatSessions.sessionId, sessionId), eq(chatSessions.status, "queued")))
		// Whoever holds the lock announces the session themselves, or the next round does.
		.for("update", { skipLocked: true });
	if (!row) return false;
	const data = await sessionData(tx, sessionId, "public");
	const { queue } = data({ stream: "public", seq: 0 }).session;
	const [last] = await tx.execute<{ announced: string | null }>(query`
		select data->'session'->>'queue' as announced from chat_events
		where stream = ${`public:${sessionId}`} and type = 'session-updated' order by seq desc limit 1`);
	const announced = last?.announced ? (JSON.parse(last.announced) as Queue) : null;
	if (queue && announced && isSameQueue(queue, announced)) return false;
	await publish(tx, { sessionId, stream: "public", type: "session-updated", data });
	return true;
}

/** Waiting customers, the next first, each with the queue's state in the newest event about their conversation. */
async function listWaiting(): Promise<Waiting[]> {
	return backgroundSql<Waiting[]>`
		select w.session_id as "sessionId", w.position, w.queued_at as "queuedAt",
			w.queue_deadline as "queueDeadline", w.locale, w.detected_language as "detectedLanguage",
			nullif(newest.queue, 'null'::jsonb) as announced
		from (
			select *, row_number() over (
				order by coalesce(queued_at, started_at), session_id
			)::int as position
			from chat_sessions where status = 'queued'
			order by position limit ${MOST_COMPARED}
		) w
		left join lateral (
			select data->'session'->'queue' as queue from chat_events
			where stream = 'public:' || w.session_id and type = 'session-updated' order by seq desc limit 1
		) newest on true
		order by w.position`;
}

/** Whether the customer would read the same. */
const isSameQueue = (one: Queue, other: Queue): boolean =>
	one.text === other.text && one.state === other.state && one.canEmail === other.canEmail;
