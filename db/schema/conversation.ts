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
import { moment, now } from "./columns.ts";
import { chatAgents } from "./people.ts";
import { customers } from "./store.ts";

/** The conversation and the durable log behind its streams. */

export const chatSessions = pgTable(
	"chat_sessions",
	{
		id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
		sessionId: uuid("session_id").notNull().unique().defaultRandom(),
		/** The customer; null while anonymous. */
		userId: text("user_id").references(() => customers.id, { onDelete: "set null" }),
		/** The browser or API token that began it: the owner while nobody is signed in. */
		visitorId: uuid("visitor_id").notNull(),
		isActive: boolean("is_active").notNull().default(true),
		status: text("status", { enum: ["assistant", "queued", "agent", "ended"] })
			.notNull()
			.default("assistant"),
		priority: text("priority", { enum: ["low", "normal", "high", "urgent"] })
			.notNull()
			.default("normal"),
		startedAt: now("started_at"),
		endedAt: moment("ended_at"),
		queuedAt: moment("queued_at"),
		queueReason: text("queue_reason"),
		assignedAt: moment("assigned_at"),
		lastMessageAt: moment("last_message_at"),
		/**
		 * The hour (UTC) of the last message, to read the latest conversations from an index. An index on the moment
		 * itself would be written with every message (decision 009); this one is when the hour changes.
		 */
		activityHour: timestamp("activity_hour").generatedAlwaysAs(
			sql`date_trunc('hour', last_message_at at time zone 'utc')`,
		),
		customerSatisfactionRating: integer("customer_satisfaction_rating"),
		tags: jsonb("tags").$type<string[]>().notNull().default([]),
		locale: text("locale").notNull().default("en"),
		intent: text("intent"),
		assignedAgentId: uuid("assigned_agent_id").references(() => chatAgents.id, { onDelete: "set null" }),
		/** By when somebody should have taken a waiting conversation. */
		queueDeadline: moment("queue_deadline"),
		/** The address an anonymous customer proved with an e-mailed code: the assistant may read its orders here. */
		verifiedEmail: text("verified_email"),
		verifiedAt: moment("verified_at"),
		/** Where to write to when nobody was there. */
		contactEmail: text("contact_email"),
		/** The language the customer writes in, as detected; null until a message was long enough to tell. */
		detectedLanguage: text("detected_language"),
		/** What was said up to `summary_seq`, for a model that need not read it all again. */
		summary: text("summary"),
		summarySeq: integer("summary_seq").notNull().default(0),
		/** What the agent is told at the handover. */
		handover: jsonb("handover").$type<Handover>(),
		/** Cost of this conversation's model calls in millionths of a dollar. */
		aiCostMicros: bigint("ai_cost_micros", { mode: "number" }).notNull().default(0),
		/** Head of the public stream: the sequence of its newest event. */
		lastSeq: integer("last_seq").notNull().default(0),
		/** Head of the internal stream, which only agents read. */
		internalSeq: integer("internal_seq").notNull().default(0),
		/**
		 * Up to which sequence all messages of the other side are marked as delivered to, or read by, the customer and
		 * those who answer: a receipt looks only at what follows.
		 */
		customerDeliveredSeq: integer("customer_delivered_seq").notNull().default(0),
		customerReadSeq: integer("customer_read_seq").notNull().default(0),
		teamDeliveredSeq: integer("team_delivered_seq").notNull().default(0),
		teamReadSeq: integer("team_read_seq").notNull().default(0),
		/** Messages of the customer that no agent has read. */
		unread: integer("unread").notNull().default(0),
		/** When the customer was told that the deadline of the queue has passed. */
		overdueNoticedAt: moment("overdue_noticed_at"),
		/** Time of the newest event; lets the inbox find what a lost hint should have told it. */
		updatedAt: now("updated_at"),
	},
	(t) => [
		// No B-tree may hold updated_at: every message moves it, and would then write to all indexes (decision 009).
		index("chat_sessions_updated")
			.using("brin", t.updatedAt)
			.with({ pages_per_range: 8, autosummarize: "on" }),
		index("chat_sessions_started").on(t.startedAt),
		// Newest finished waits, for the expected wait. Neither column changes with a message.
		index("chat_sessions_taken").on(t.assignedAt).where(sql`assigned_at > queued_at`),
		index("chat_sessions_open").on(t.status, t.queuedAt),
		// The agents' list: waiting customers longest first, conversations by their latest activity, ended ones.
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
		/** The sequence of the event that announced it on the public stream. */
		seq: integer("seq").notNull(),
		clientMessageId: text("client_message_id"),
		senderId: text("sender_id"),
		senderName: text("sender_name"),
		senderType: text("sender_type", { enum: ["user", "agent", "bot", "system"] }).notNull(),
		message: text("message").notNull(),
		messageType: text("message_type").notNull().default("text"),
		metadata: jsonb("metadata").$type<MessageMetadata>().notNull().default({}),
		isRead: boolean("is_read").notNull().default(false),
		deliveredAt: moment("delivered_at"),
		readAt: moment("read_at"),
		sentAt: now("sent_at"),
	},
	(t) => [
		uniqueIndex("chat_messages_seq").on(t.sessionId, t.seq),
		index("chat_messages_sender").on(t.senderId, t.sentAt),
		// Led by the client's id, so that no plan for "was it written before" reads a conversation or all of a customer's.
		uniqueIndex("chat_messages_client_id")
			.on(t.clientMessageId, t.senderType, t.sessionId)
			.where(sql`client_message_id is not null`),
	],
);

/** Up to where agents' answers have gone to the address a customer left; a row is written before its letter. */
export const contactLetters = pgTable("contact_letters", {
	sessionId: uuid("session_id")
		.primaryKey()
		.references(() => chatSessions.sessionId, { onDelete: "cascade" }),
	upToSeq: integer("up_to_seq").notNull(),
	/** Tries in a row that the mail server put off. */
	tries: integer("tries").notNull().default(0),
	nextTryAt: now("next_try_at"),
});

/** The durable log behind both streams: what is replayed to a reader who was away. */
export const chatEvents = pgTable(
	"chat_events",
	{
		/** `public:<session uuid>` or `internal:<session uuid>`. */
		stream: text("stream").notNull(),
		seq: integer("seq").notNull(),
		sessionId: uuid("session_id")
			.notNull()
			.references(() => chatSessions.sessionId, { onDelete: "cascade" }),
		type: text("type").notNull(),
		data: jsonb("data").$type<unknown>().notNull(),
		at: now("at"),
	},
	(t) => [
		primaryKey({ columns: [t.stream, t.seq] }),
		index("chat_events_session").on(t.sessionId),
		// The newest state of a session that was announced, which many messages may have followed.
		index("chat_events_session_updated").on(t.stream, t.seq).where(sql`type = 'session-updated'`),
	],
);

/** Senders whose messages are refused: blocked by an agent, or marked as spam. Undoing it removes the row. */
export const blockedSenders = pgTable(
	"blocked_senders",
	{
		/** The customer's id, or of an anonymous sender the visitor id. */
		sender: text("sender").primaryKey(),
		reason: text("reason", { enum: ["blocked", "spam"] }).notNull(),
		/** The conversation it was done from, while there is one. */
		sessionId: uuid("session_id").references(() => chatSessions.sessionId, { onDelete: "set null" }),
		blockedBy: uuid("blocked_by").references(() => chatAgents.id, { onDelete: "set null" }),
		blockedAt: now("blocked_at"),
	},
	(t) => [index("blocked_senders_latest").on(t.blockedAt, t.sender)],
);
