import { eq, sql } from "drizzle-orm";
import type { Session } from "#app/realtime/events.ts";
import { db } from "#db/client.server.ts";
import { chatAgents, chatSessions, users } from "#db/schema.ts";

export type SessionRow = typeof chatSessions.$inferSelect;

/** Place in the queue counted from 1: the more urgent first, then who has waited longer. */
const queuePosition = sql<number | null>`case when ${chatSessions.status} = 'queued' then (
	select count(*)::int from chat_sessions ahead
	where ahead.status = 'queued' and (
		array_position(array['urgent','high','normal','low'], ahead.priority),
		ahead.queued_at, ahead.id
	) <= (
		array_position(array['urgent','high','normal','low'], ${chatSessions.priority}),
		${chatSessions.queuedAt}, ${chatSessions.id}
	)
) end`;

const columns = {
	row: chatSessions,
	agentName: users.name,
	queuePosition: queuePosition.as("queue_position"),
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
	return { ...forAgent(view), tags: [], intent: null, agentId: null };
}

/** A session as agents and API keys see it. */
export function forAgent({ row, agentName, queuePosition }: SessionView): Session {
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
		agentName,
		agentId: row.assignedAgentId,
		queuePosition,
		queueReason: row.queueReason,
		queuedAt: row.queuedAt?.toISOString() ?? null,
		lastSeq: row.lastSeq,
	};
}
