import { eq, sql } from "drizzle-orm";
import { isAgentAvailable } from "#app/models/agent/agent.server.ts";
import { parseSetting } from "#app/models/setting/shapes.ts";
import type { QueueState, Session } from "#app/realtime/events.ts";
import { db } from "#db/client.server.ts";
import { chatAgents, chatSessions, users } from "#db/schema.ts";
import { describeQueue } from "./describe-queue.server.ts";
import { customerLanguage } from "./locale.ts";

export type SessionRow = typeof chatSessions.$inferSelect;

/**
 * SQL expression for a session's queue position, counted from 1. As in the inbox, the session with the longest wait is
 * first.
 */
const queuePosition = sql<number | null>`case when ${chatSessions.status} = 'queued' then (
	select count(*)::int from chat_sessions ahead
	where ahead.status = 'queued' and (coalesce(ahead.queued_at, ahead.started_at), ahead.session_id)
		<= (coalesce(${chatSessions.queuedAt}, ${chatSessions.startedAt}), ${chatSessions.sessionId})
) end`;

const isTeamAvailable = sql<boolean | null>`case when ${chatSessions.status} = 'queued' then exists (
	select 1 from chat_agents where ${isAgentAvailable}
) end`;

const hoursSetting = sql<unknown>`case when ${chatSessions.status} = 'queued' then (
	select value from settings where key = 'business_hours'
) end`;

const sessionColumns = {
	row: chatSessions,
	agentName: users.name,
	queuePosition: queuePosition.as("queue_position"),
	isTeamAvailable: isTeamAvailable.as("is_anybody_there"),
	hoursSetting: hoursSetting.as("hours_setting"),
};

/** Makes a query of sessions with the agent's name and the queue position. Callers add a `where`. */
export function selectSessions(executor: Pick<typeof db, "select"> = db) {
	return executor
		.select(sessionColumns)
		.from(chatSessions)
		.leftJoin(chatAgents, eq(chatAgents.id, chatSessions.assignedAgentId))
		.leftJoin(users, eq(users.id, chatAgents.userId))
		.$dynamic();
}

export type SessionView = Awaited<ReturnType<typeof selectSessions>>[number];

/**
 * Converts a session to the form that its customer may see: without the tags, intent and handover that only agents see.
 */
export function sessionForCustomer(view: SessionView): Session {
	return { ...sessionForAgent(view), tags: [], intent: null, agentId: null, handover: null };
}

/** Converts a session to the form that agents and API keys see. */
export function sessionForAgent(view: SessionView): Session {
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
		language: customerLanguage(row),
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

function queueOf({ row, queuePosition, isTeamAvailable, hoursSetting }: SessionView, now: Date): QueueState {
	return describeQueue(
		{
			position: queuePosition ?? 1,
			queuedAt: row.queuedAt,
			queueDeadline: row.queueDeadline,
			language: customerLanguage(row),
		},
		{ isTeamAvailable: isTeamAvailable ?? false, hours: parseSetting("business_hours", hoursSetting), now },
	);
}
