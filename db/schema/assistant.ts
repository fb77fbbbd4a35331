import { sql } from "drizzle-orm";
import {
	bigint,
	date,
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
import type { Answer } from "#db/shapes.ts";
import { timestampColumn, timestampNowColumn } from "./columns.ts";
import { chatMessages, chatSessions } from "./conversation.ts";
import { orders } from "./store.ts";

/** Turns: the task of answering a question, enqueued with the question. A session has at most one open turn. */
export const aiTurns = pgTable(
	"ai_turns",
	{
		id: uuid("id").primaryKey().defaultRandom(),
		sessionId: uuid("session_id")
			.notNull()
			.references(() => chatSessions.sessionId, { onDelete: "cascade" }),
		/** Sequence of the newest customer message that this turn answers. */
		questionSeq: integer("question_seq").notNull(),
		/**
		 * Keyed hash of the network that the question came from, for sharing answers fairly between networks; empty when
		 * unknown, and after the turn has ended.
		 */
		network: text("network").notNull().default(""),
		state: text("state", { enum: ["due", "running", "done", "superseded"] })
			.notNull()
			.default("due"),
		dueAt: timestampNowColumn("due_at"),
		/**
		 * The fence: increased whenever the turn's lease is taken or returned; writes with an older number are rejected.
		 */
		fence: integer("fence").notNull().default(0),
		/** Number of attempts to answer; an attempt that a draining process returned is not counted. */
		attempts: integer("attempts").notNull().default(0),
		leaseUntil: timestampColumn("lease_until"),
		/** Id of the finished answer's message, so that live answer and message are shown as one bubble. */
		messageId: uuid("message_id").notNull().defaultRandom(),
		/** Checkpoint: the text of the answer so far. */
		partial: text("partial").notNull().default(""),
		outcome: jsonb("outcome").$type<Answer>(),
		/** Cost of all model calls of this turn, in millionths of a dollar. */
		costMicros: bigint("cost_micros", { mode: "number" }).notNull().default(0),
		/**
		 * Maximum cost of the answer in progress, in millionths of a dollar; reserved in the day's budget while the lease
		 * is valid.
		 */
		reservedMicros: bigint("reserved_micros", { mode: "number" }).notNull().default(0),
		/** Time at which the first text of the answer was published. */
		firstWordAt: timestampColumn("first_word_at"),
		createdAt: timestampNowColumn("created_at"),
		finishedAt: timestampColumn("finished_at"),
	},
	(t) => [
		uniqueIndex("ai_turns_open").on(t.sessionId).where(sql`state in ('due', 'running')`),
		index("ai_turns_due_by_network").on(t.network, t.dueAt).where(sql`state in ('due', 'running')`),
		index("ai_turns_session").on(t.sessionId, t.questionSeq),
	],
);

/**
 * Tool runs that read a customer's data, and actions that the assistant proposes. An action is executed once, when
 * the customer clicks on it.
 */
export const assistantActions = pgTable(
	"assistant_actions",
	{
		id: uuid("id").primaryKey().defaultRandom(),
		sessionId: uuid("session_id")
			.notNull()
			.references(() => chatSessions.sessionId, { onDelete: "cascade" }),
		turnId: uuid("turn_id").references(() => aiTurns.id, { onDelete: "set null" }),
		/** Name of the tool, such as get_order or request_return. */
		tool: text("tool").notNull(),
		arguments: jsonb("arguments").$type<Record<string, unknown>>().notNull().default({}),
		state: text("state", { enum: ["proposed", "declined", "expired", "done", "failed"] }).notNull(),
		/**
		 * The customer whose data the tool run or action concerns, as the server identified the customer; null when the
		 * tool read only public data.
		 */
		customerId: text("customer_id"),
		/**
		 * Key of equal actions within a session, so that a repeated call by the model or a retry creates no second
		 * action.
		 */
		idempotencyKey: text("idempotency_key").notNull(),
		result: jsonb("result").$type<Record<string, unknown>>(),
		createdAt: timestampNowColumn("created_at"),
		expiresAt: timestampColumn("expires_at"),
		decidedAt: timestampColumn("decided_at"),
	},
	(t) => [
		uniqueIndex("assistant_actions_once").on(t.sessionId, t.idempotencyKey),
		index("assistant_actions_session").on(t.sessionId, t.createdAt),
	],
);

/** Requests of customers to the store about an order (such as a cancellation), each confirmed by a click. */
export const orderRequests = pgTable(
	"order_requests",
	{
		id: uuid("id").primaryKey().defaultRandom(),
		orderNumber: text("order_number")
			.notNull()
			.references(() => orders.number, { onDelete: "cascade" }),
		kind: text("kind", { enum: ["return", "cancellation"] }).notNull(),
		itemIds: jsonb("item_ids").$type<string[]>().notNull().default([]),
		reason: text("reason"),
		state: text("state", { enum: ["open", "accepted", "refused"] })
			.notNull()
			.default("open"),
		actionId: uuid("action_id").unique(),
		createdAt: timestampNowColumn("created_at"),
	},
	(t) => [index("order_requests_order").on(t.orderNumber)],
);

/** Emailed codes of six digits. A customer who enters a valid code may read the orders of that email address. */
export const emailCodes = pgTable(
	"email_codes",
	{
		id: uuid("id").primaryKey().defaultRandom(),
		sessionId: uuid("session_id")
			.notNull()
			.references(() => chatSessions.sessionId, { onDelete: "cascade" }),
		email: text("email").notNull(),
		/** HMAC of the emailed code, so that a copy of the table contains no usable code. */
		codeHash: text("code_hash").notNull(),
		tries: integer("tries").notNull().default(0),
		expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
		usedAt: timestampColumn("used_at"),
		createdAt: timestampNowColumn("created_at"),
	},
	(t) => [
		index("email_codes_session").on(t.sessionId, t.createdAt),
		index("email_codes_email").on(t.email, t.createdAt),
	],
);

/** Costs of model calls by day, purpose and model, for the daily budget. */
export const aiUsage = pgTable(
	"ai_usage",
	{
		day: date("day", { mode: "string" }).notNull(),
		/** Purpose of the model calls: answer | classify | summarise | translate | suggest | rewrite | embed … */
		purpose: text("purpose").notNull(),
		model: text("model").notNull(),
		calls: integer("calls").notNull().default(0),
		promptTokens: bigint("prompt_tokens", { mode: "number" }).notNull().default(0),
		completionTokens: bigint("completion_tokens", { mode: "number" }).notNull().default(0),
		costMicros: bigint("cost_micros", { mode: "number" }).notNull().default(0),
	},
	(t) => [primaryKey({ columns: [t.day, t.purpose, t.model] })],
);

/** Answer cache: answers to repeated questions, without personal data. */
export const answerCache = pgTable(
	"answer_cache",
	{
		/**
		 * Key of the cached answer: hash of the normalised question, its language, the version of the articles, and the
		 * model.
		 */
		key: text("key").primaryKey(),
		knowledgeVersion: text("knowledge_version").notNull(),
		locale: text("locale").notNull(),
		question: text("question").notNull(),
		answer: jsonb("answer").$type<Answer>().notNull(),
		hits: integer("hits").notNull().default(0),
		createdAt: timestampNowColumn("created_at"),
		lastHitAt: timestampColumn("last_hit_at"),
	},
	(t) => [index("answer_cache_age").on(t.createdAt)],
);

/** Questions that the assistant could not answer, because no article contains the answer. */
export const unansweredQuestions = pgTable(
	"unanswered_questions",
	{
		id: uuid("id").primaryKey().defaultRandom(),
		/** The letters and digits of the question, under which equal questions are counted. */
		normalized: text("normalized").notNull(),
		question: text("question").notNull(),
		locale: text("locale").notNull(),
		intent: text("intent"),
		times: integer("times").notNull().default(1),
		lastSessionId: uuid("last_session_id").references(() => chatSessions.sessionId, { onDelete: "set null" }),
		state: text("state", { enum: ["open", "done", "ignored"] })
			.notNull()
			.default("open"),
		firstAt: timestampNowColumn("first_at"),
		lastAt: timestampNowColumn("last_at"),
	},
	(t) => [
		uniqueIndex("unanswered_questions_once").on(t.locale, t.normalized),
		index("unanswered_questions_open").on(t.state, t.lastAt),
	],
);

/** Translations of messages; the original message stays unchanged. */
export const messageTranslations = pgTable(
	"message_translations",
	{
		messageId: uuid("message_id")
			.notNull()
			.references(() => chatMessages.id, { onDelete: "cascade" }),
		locale: text("locale").notNull(),
		text: text("text").notNull(),
		model: text("model").notNull(),
		createdAt: timestampNowColumn("created_at"),
	},
	(t) => [primaryKey({ columns: [t.messageId, t.locale] })],
);
