import { eq, sql } from "drizzle-orm";
import { isAgentThere } from "#app/models/agent.server.ts";
import { isOpenAt, nextOpening } from "#app/models/setting/business-hours.ts";
import { settingOf } from "#app/models/setting/shapes.ts";
import type { Queue, Session } from "#app/realtime/events.ts";
import { db } from "#db/client.server.ts";
import { chatAgents, chatSessions, users } from "#db/schema.ts";
import { spokenLanguage } from "./locale.ts";

export type SessionRow = typeof chatSessions.$inferSelect;

/** Place in the queue counted from 1, in the order of the agents' list: who has waited longest is first. */
const queuePosition = sql<number | null>`case when ${chatSessions.status} = 'queued' then (
	select count(*)::int from chat_sessions ahead
	where ahead.status = 'queued' and (coalesce(ahead.queued_at, ahead.started_at), ahead.session_id)
		<= (coalesce(${chatSessions.queuedAt}, ${chatSessions.startedAt}), ${chatSessions.sessionId})
) end`;

/** Fewer waits than this tell nothing; more than the last twenty tell of another time of day. */
const FEWEST_WAITS = 3;
const WAITS_LOOKED_AT = 20;

/** Median wait of those whom people took lately, in seconds; null while too few were. */
const recentWaitSeconds = sql<number | null>`case when ${chatSessions.status} = 'queued' then (
	select case when count(*) >= ${FEWEST_WAITS}
		then percentile_cont(0.5) within group (order by waits.seconds)::int end
	from (
		select extract(epoch from taken.assigned_at - taken.queued_at) as seconds from chat_sessions taken
		where taken.updated_at > now() - interval '1 day' and taken.assigned_at > taken.queued_at
			and taken.assigned_at > now() - interval '1 day'
		order by taken.assigned_at desc limit ${WAITS_LOOKED_AT}
	) waits
) end`;

const isAnybodyThere = sql<boolean | null>`case when ${chatSessions.status} = 'queued' then exists (
	select 1 from chat_agents where ${isAgentThere}
) end`;

const hoursSetting = sql<unknown>`case when ${chatSessions.status} = 'queued' then (
	select value from settings where key = 'business_hours'
) end`;

const columns = {
	row: chatSessions,
	agentName: users.name,
	queuePosition: queuePosition.as("queue_position"),
	recentWaitSeconds: recentWaitSeconds.as("recent_wait_seconds"),
	isAnybodyThere: isAnybodyThere.as("is_anybody_there"),
	hoursSetting: hoursSetting.as("hours_setting"),
};

/** Sessions with what people see of them: agent's name and place in the queue. Add a `where`. */
export function selectSessions(executor: Pick<typeof db, "select"> = db) {
	return executor
		.select(columns)
		.from(chatSessions)
		.leftJoin(chatAgents, eq(chatAgents.id, chatSessions.assignedAgentId))
		.leftJoin(users, eq(users.id, chatAgents.userId))
		.$dynamic();
}

export type SessionView = Awaited<ReturnType<typeof selectSessions>>[number];

/** A session as its customer may see it: without the agents' own notes on it. */
export function forCustomer(view: SessionView): Session {
	return { ...forAgent(view), tags: [], intent: null, agentId: null, handover: null };
}

/** A session as agents and API keys see it. */
export function forAgent(view: SessionView): Session {
	const { row, agentName, queuePosition } = view;
	const isQueued = row.status === "queued";
	return {
		sessionId: row.sessionId,
		userId: row.userId,
		isActive: row.isActive,
		status: row.status,
		priority: row.priority,
		startedAt: row.startedAt.toISOString(),
		endedAt: row.endedAt?.toISOString() ?? null,
		customerSatisfactionRating: row.customerSatisfactionRating,
		tags: row.tags,
		intent: row.intent,
		locale: row.locale,
		language: spokenLanguage(row),
		agentName,
		agentId: row.assignedAgentId,
		queuePosition,
		queueReason: row.queueReason,
		queuedAt: isQueued ? (row.queuedAt?.toISOString() ?? null) : null,
		queue: isQueued ? queueOf(view, new Date()) : null,
		contactEmail: row.contactEmail,
		handover: row.handover,
		lastSeq: row.lastSeq,
	};
}

function queueOf(view: SessionView, now: Date): Queue {
	const { row, queuePosition, isAnybodyThere } = view;
	const hours = settingOf("business_hours", view.hoursSetting);
	const opensAt = nextOpening(hours, now);
	const isOpen = isOpenAt(hours, now);
	const isOverdue = row.queueDeadline !== null && row.queueDeadline <= now;
	const state = !isOpen ? "closed" : isOverdue ? "overdue" : isAnybodyThere ? "waiting" : "nobody-there";
	return {
		position: queuePosition ?? 1,
		state,
		recentWaitSeconds: view.recentWaitSeconds,
		deadline: row.queueDeadline?.toISOString() ?? null,
		opensAt: opensAt?.toISOString() ?? null,
		timeZone: hours.timeZone,
	};
}
