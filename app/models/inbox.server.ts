import { and, eq, inArray, ne, or, type SQL, sql } from "drizzle-orm";
import type { InboxEntry } from "#app/realtime/events.ts";
import { db } from "#db/client.server.ts";
import { chatAgents, chatMessages, chatSessions, customers, users } from "#db/schema.ts";
import { spokenLanguage } from "./chat-session/locale.ts";

/** Most lines the list holds at a time. */
const INBOX_LIMIT = 200;
/** How long an ended conversation stays in the list, for a second look. */
const ENDED_FOR = "1 hour";
const SNIPPET_LENGTH = 120;

/** The agents' list: who waits first, then what agents have, then what the assistant has, then what has just ended. */
export async function listInbox(): Promise<InboxEntry[]> {
	return select(
		or(ne(chatSessions.status, "ended"), sql`${chatSessions.endedAt} > now() - ${ENDED_FOR}::interval`),
	);
}

/** The lines of some sessions as they are now. */
export async function getInboxEntries(sessionIds: string[]): Promise<InboxEntry[]> {
	if (sessionIds.length === 0) return [];
	return select(inArray(chatSessions.sessionId, sessionIds));
}

async function select(condition: SQL | undefined): Promise<InboxEntry[]> {
	const newest = db
		.select({ message: chatMessages.message, senderType: chatMessages.senderType })
		.from(chatMessages)
		.where(and(eq(chatMessages.sessionId, chatSessions.sessionId), ne(chatMessages.senderType, "system")))
		.orderBy(sql`${chatMessages.seq} desc`)
		.limit(1)
		.as("newest");
	const rows = await db
		.select({
			row: chatSessions,
			customerName: customers.name,
			agentName: users.name,
			lastMessage: newest.message,
			lastSender: newest.senderType,
			unread: sql<number>`(select count(*)::int from chat_messages unread where unread.session_id = ${chatSessions.sessionId} and unread.sender_type = 'user' and not unread.is_read)`,
		})
		.from(chatSessions)
		.leftJoin(customers, eq(customers.id, chatSessions.userId))
		.leftJoin(chatAgents, eq(chatAgents.id, chatSessions.assignedAgentId))
		.leftJoin(users, eq(users.id, chatAgents.userId))
		.leftJoinLateral(newest, sql`true`)
		// A session opened by a program and never written in has nothing to show an agent yet.
		.where(
			and(
				condition,
				or(sql`${chatSessions.lastMessageAt} is not null`, ne(chatSessions.status, "assistant")),
			),
		)
		.orderBy(
			sql`array_position(array['queued','agent','assistant','ended'], ${chatSessions.status})`,
			sql`array_position(array['urgent','high','normal','low'], ${chatSessions.priority})`,
			sql`case when ${chatSessions.status} = 'queued' then ${chatSessions.queuedAt} else ${chatSessions.lastMessageAt} end`,
		)
		.limit(INBOX_LIMIT);
	return rows.map(({ row, customerName, agentName, lastMessage, lastSender, unread }) => ({
		sessionId: row.sessionId,
		status: row.status,
		priority: row.priority,
		customerName,
		intent: row.intent,
		language: spokenLanguage(row),
		queueReason: row.queueReason,
		queuedAt: row.status === "queued" ? (row.queuedAt?.toISOString() ?? null) : null,
		startedAt: row.startedAt.toISOString(),
		lastMessageAt: row.lastMessageAt?.toISOString() ?? null,
		lastMessage: lastMessage ? [...lastMessage].slice(0, SNIPPET_LENGTH).join("") : null,
		lastSender,
		agentId: row.assignedAgentId,
		agentName,
		unread,
		version: row.lastSeq + row.internalSeq,
	}));
}
