import { sql } from "drizzle-orm";
import {
	bigint,
	boolean,
	index,
	integer,
	jsonb,
	pgTable,
	primaryKey,
	text,
	timestamp,
	uniqueIndex,
	uuid,
} from "drizzle-orm/pg-core";
import type { Handover, MessageMetadata } from "#db/shapes.ts";
import { timestampColumn, timestampNowColumn } from "./columns.ts";
import { chatAgents } from "./people.ts";
import { customers } from "./store.ts";

export const chatSessions = pgTable(
	"chat_sessions",
	{
		id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
		sessionId: uuid("session_id").notNull().unique().defaultRandom(),
		/** The customer of the session; null for an anonymous session. */
		userId: text("user_id").references(() => customers.id, { onDelete: "set null" }),
		/** Visitor id of the browser or API token that began the session; owner of the session while it is anonymous. */
		visitorId: uuid("visitor_id").notNull(),
		isActive: boolean("is_active").notNull().default(true),
		status: text("status", { enum: ["assistant", "queued", "agent", "ended"] })
			.notNull()
			.default("assistant"),
		priority: text("priority", { enum: ["low", "normal", "high", "urgent"] })
			.notNull()
			.default("normal"),
		startedAt: timestampNowColumn("started_at"),
		endedAt: timestampColumn("ended_at"),
		queuedAt: timestampColumn("queued_at"),
		queueReason: text("queue_reason"),
		assignedAt: timestampColumn("assigned_at"),
		lastMessageAt: timestampColumn("last_message_at"),
		/**
		 * The hour (UTC) of the last message, for an index that finds the latest sessions. An index on the exact time
		 * would be written with every message (decision 009); an index on the hour is written only when the hour changes.
		 */
		activityHour: timestamp("activity_hour").generatedAlwaysAs(
			sql`date_trunc('hour', last_message_at at time zone 'utc')`,
		),
		customerSatisfactionRating: integer("customer_satisfaction_rating"),
		tags: jsonb("tags").$type<string[]>().notNull().default([]),
		locale: text("locale").notNull().default("en"),
		intent: text("intent"),
		assignedAgentId: uuid("assigned_agent_id").references(() => chatAgents.id, { onDelete: "set null" }),
		/** Time by which an agent should have taken the queued session, as announced to the customer. */
		queueDeadline: timestampColumn("queue_deadline"),
		/**
		 * Email address that an anonymous customer has proved with a code: the assistant may read the orders of that
		 * address in this session.
		 */
		verifiedEmail: text("verified_email"),
		verifiedAt: timestampColumn("verified_at"),
		/** Email address for answers while the customer is away. */
		contactEmail: text("contact_email"),
		/** Detected language of the customer; null until a message was long enough to detect its language. */
		detectedLanguage: text("detected_language"),
		/** Summary of the messages up to `summary_seq`, for the model's context. */
		summary: text("summary"),
		summarySeq: integer("summary_seq").notNull().default(0),
		/** The handover: the assistant's summary for the agent. */
		handover: jsonb("handover").$type<Handover>(),
		/** Cost of this session's model calls, in millionths of a dollar. */
		aiCostMicros: bigint("ai_cost_micros", { mode: "number" }).notNull().default(0),
		/** Head of the public stream: its newest sequence. */
		lastSeq: integer("last_seq").notNull().default(0),
		/** Head of the internal stream, which only agents read. */
		internalSeq: integer("internal_seq").notNull().default(0),
		/**
		 * Sequences up to which all messages of the other side are marked as delivered or read, so that a receipt reads
		 * only later messages.
		 */
		customerDeliveredSeq: integer("customer_delivered_seq").notNull().default(0),
		customerReadSeq: integer("customer_read_seq").notNull().default(0),
		teamDeliveredSeq: integer("team_delivered_seq").notNull().default(0),
		teamReadSeq: integer("team_read_seq").notNull().default(0),
		/** Number of the customer's messages that no agent has read. */
		unread: integer("unread").notNull().default(0),
		/** Time at which the customer was told that the announced waiting time has passed. */
		overdueNoticedAt: timestampColumn("overdue_noticed_at"),
		/** Time of the newest event, by which the inbox finds sessions whose wake-up was lost. */
		updatedAt: timestampNowColumn("updated_at"),
	},
	(t) => [
		// A B-tree index on updated_at would make every message write to all indexes (decision 009), so the index on this
		// column is a BRIN index.
		index("chat_sessions_updated")
			.using("brin", t.updatedAt)
			.with({ pages_per_range: 8, autosummarize: "on" }),
		index("chat_sessions_started").on(t.startedAt),
		// Index of the sessions whose wait for an agent ended last, from which the expected waiting time is computed. A
		// message changes neither column of the index.
		index("chat_sessions_taken").on(t.assignedAt).where(sql`assigned_at > queued_at`),
		index("chat_sessions_open").on(t.status, t.queuedAt),
		// Indexes of the inbox: queued sessions by the start of their wait, other sessions by their latest activity, and
		// ended sessions.
		index("chat_sessions_waiting")
			.on(sql`coalesce(queued_at, started_at)`, t.sessionId)
			.where(sql`status = 'queued'`),
		index("chat_sessions_activity").on(t.status, t.activityHour),
		index("chat_sessions_ended").on(t.endedAt, t.sessionId).where(sql`status = 'ended'`),
		index("chat_sessions_user").on(t.userId, t.startedAt),
		index("chat_sessions_visitor").on(t.visitorId, t.startedAt),
		index("chat_sessions_agent").on(t.assignedAgentId, t.status),
		index("chat_sessions_contact").on(t.sessionId).where(sql`contact_email is not null`),
	],
);

export const chatMessages = pgTable(
	"chat_messages",
	{
		id: uuid("id").primaryKey().defaultRandom(),
		sessionId: uuid("session_id")
			.notNull()
			.references(() => chatSessions.sessionId, { onDelete: "cascade" }),
		/** Sequence of the message's event in the public stream. */
		seq: integer("seq").notNull(),
		clientMessageId: text("client_message_id"),
		senderId: text("sender_id"),
		senderName: text("sender_name"),
		senderType: text("sender_type", { enum: ["user", "agent", "bot", "system"] }).notNull(),
		message: text("message").notNull(),
		messageType: text("message_type").notNull().default("text"),
		metadata: jsonb("metadata").$type<MessageMetadata>().notNull().default({}),
		isRead: boolean("is_read").notNull().default(false),
		deliveredAt: timestampColumn("delivered_at"),
		readAt: timestampColumn("read_at"),
		sentAt: timestampNowColumn("sent_at"),
	},
	(t) => [
		uniqueIndex("chat_messages_seq").on(t.sessionId, t.seq),
		index("chat_messages_sender").on(t.senderId, t.sentAt),
		// The unique index starts with the client's message id, so that the check for a repeated post never reads a whole
		// session.
		uniqueIndex("chat_messages_client_id")
			.on(t.clientMessageId, t.senderType, t.sessionId)
			.where(sql`client_message_id is not null`),
	],
);

/**
 * The message up to which agents' answers were emailed to the customer; the row is written before the email is sent.
 */
export const contactEmails = pgTable("contact_letters", {
	sessionId: uuid("session_id")
		.primaryKey()
		.references(() => chatSessions.sessionId, { onDelete: "cascade" }),
	upToSeq: integer("up_to_seq").notNull(),
	/** Number of consecutive attempts to send the email that the mail server deferred. */
	tries: integer("tries").notNull().default(0),
	nextTryAt: timestampNowColumn("next_try_at"),
});

/** The event log: the durable events of both streams, replayed after a reconnect. */
export const chatEvents = pgTable(
	"chat_events",
	{
		/** Name of the stream: `public:<session uuid>` or `internal:<session uuid>`. */
		stream: text("stream").notNull(),
		seq: integer("seq").notNull(),
		sessionId: uuid("session_id")
			.notNull()
			.references(() => chatSessions.sessionId, { onDelete: "cascade" }),
		type: text("type").notNull(),
		data: jsonb("data").$type<unknown>().notNull(),
		at: timestampNowColumn("at"),
	},
	(t) => [
		primaryKey({ columns: [t.stream, t.seq] }),
		index("chat_events_session").on(t.sessionId),
		// Index that finds the newest session-updated event of a stream, which many message events may follow.
		index("chat_events_session_updated").on(t.stream, t.seq).where(sql`type = 'session-updated'`),
	],
);

/** Blocked senders, whose messages are refused. Unblocking deletes the row. */
export const blockedSenders = pgTable(
	"blocked_senders",
	{
		/** The customer's id, or the visitor id of an anonymous sender. */
		sender: text("sender").primaryKey(),
		reason: text("reason", { enum: ["blocked", "spam"] }).notNull(),
		/** The session in which an agent blocked the sender; null when that session is deleted. */
		sessionId: uuid("session_id").references(() => chatSessions.sessionId, { onDelete: "set null" }),
		blockedBy: uuid("blocked_by").references(() => chatAgents.id, { onDelete: "set null" }),
		blockedAt: timestampNowColumn("blocked_at"),
	},
	(t) => [index("blocked_senders_latest").on(t.blockedAt, t.sender)],
);
