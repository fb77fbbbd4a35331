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
import { moment, now } from "./columns.ts";
import { chatMessages, chatSessions } from "./conversation.ts";
import { orders } from "./store.ts";

/** The assistant: its promises, what it did, what it costs and what it lacks. */

/** A promise of an answer, written with the question; at most one open per session. */
export const aiTurns = pgTable(
	"ai_turns",
	{
		id: uuid("id").primaryKey().defaultRandom(),
		sessionId: uuid("session_id")
			.notNull()
			.references(() => chatSessions.sessionId, { onDelete: "cascade" }),
		/** The newest customer message this turn answers. */
		questionSeq: integer("question_seq").notNull(),
		/**
		 * A keyed hash of the network the question came from, by which answers are shared fairly; empty where it is not
		 * known. Emptied when the turn ends.
		 */
		network: text("network").notNull().default(""),
		state: text("state", { enum: ["due", "running", "done", "superseded"] })
			.notNull()
			.default("due"),
		dueAt: now("due_at"),
		/** Raised whenever the lease is taken or given back; a write that carries an older number is refused. */
		fence: integer("fence").notNull().default(0),
		/** How often an answer was begun and not given back because its process was to end. */
		attempts: integer("attempts").notNull().default(0),
		leaseUntil: moment("lease_until"),
		/** Id the finished answer will have, so that deltas and message are one bubble. */
		messageId: uuid("message_id").notNull().defaultRandom(),
		/** The answer so far, checkpointed while it streams. */
		partial: text("partial").notNull().default(""),
		outcome: jsonb("outcome").$type<Answer>(),
		/** Millionths of a dollar, of every model call this turn made. */
		costMicros: bigint("cost_micros", { mode: "number" }).notNull().default(0),
		/** What the answer under way may still cost, held back from the day's budget while its lease lives. */
		reservedMicros: bigint("reserved_micros", { mode: "number" }).notNull().default(0),
		/** When the first word was published. */
		firstWordAt: moment("first_word_at"),
		createdAt: now("created_at"),
		finishedAt: moment("finished_at"),
	},
	(t) => [
		uniqueIndex("ai_turns_open").on(t.sessionId).where(sql`state in ('due', 'running')`),
		index("ai_turns_due_by_network").on(t.network, t.dueAt).where(sql`state in ('due', 'running')`),
		index("ai_turns_session").on(t.sessionId, t.questionSeq),
	],
);

/**
 * What the assistant did or proposes to do. Reading is logged; a change is proposed here and made only by the
 * customer's own click, once.
 */
export const assistantActions = pgTable(
	"assistant_actions",
	{
		id: uuid("id").primaryKey().defaultRandom(),
		sessionId: uuid("session_id")
			.notNull()
			.references(() => chatSessions.sessionId, { onDelete: "cascade" }),
		turnId: uuid("turn_id").references(() => aiTurns.id, { onDelete: "set null" }),
		/** Name of the tool: get_order, request_return … */
		tool: text("tool").notNull(),
		arguments: jsonb("arguments").$type<Record<string, unknown>>().notNull().default({}),
		state: text("state", { enum: ["proposed", "declined", "expired", "done", "failed"] }).notNull(),
		/** The customers whose data it concerns, as the server knew them; null for reading public knowledge. */
		customerId: text("customer_id"),
		/** The same within a session is the same action, however often a model or a retry asks for it. */
		idempotencyKey: text("idempotency_key").notNull(),
		result: jsonb("result").$type<Record<string, unknown>>(),
		createdAt: now("created_at"),
		expiresAt: moment("expires_at"),
		decidedAt: moment("decided_at"),
	},
	(t) => [
		uniqueIndex("assistant_actions_once").on(t.sessionId, t.idempotencyKey),
		index("assistant_actions_session").on(t.sessionId, t.createdAt),
	],
);

/** What a customer asked of the store about an order, confirmed by their click. */
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
		createdAt: now("created_at"),
	},
	(t) => [index("order_requests_order").on(t.orderNumber)],
);

/** Six digits sent to an address: whoever types them back may be told about that address's orders. */
export const emailCodes = pgTable(
	"email_codes",
	{
		id: uuid("id").primaryKey().defaultRandom(),
		sessionId: uuid("session_id")
			.notNull()
			.references(() => chatSessions.sessionId, { onDelete: "cascade" }),
		email: text("email").notNull(),
		/** HMAC of the code, so that a copy of the table holds no usable one. */
		codeHash: text("code_hash").notNull(),
		tries: integer("tries").notNull().default(0),
		expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
		usedAt: moment("used_at"),
		createdAt: now("created_at"),
	},
	(t) => [
		index("email_codes_session").on(t.sessionId, t.createdAt),
		index("email_codes_email").on(t.email, t.createdAt),
	],
);

/** What model calls cost, a row a day, purpose and model: what the daily budget is held against. */
export const aiUsage = pgTable(
	"ai_usage",
	{
		day: date("day", { mode: "string" }).notNull(),
		/** answer | classify | summarise | translate | suggest | rewrite | embed … */
		purpose: text("purpose").notNull(),
		model: text("model").notNull(),
		calls: integer("calls").notNull().default(0),
		promptTokens: bigint("prompt_tokens", { mode: "number" }).notNull().default(0),
		completionTokens: bigint("completion_tokens", { mode: "number" }).notNull().default(0),
		costMicros: bigint("cost_micros", { mode: "number" }).notNull().default(0),
	},
	(t) => [primaryKey({ columns: [t.day, t.purpose, t.model] })],
);

/** Answers to questions asked before, none of them personal. */
export const answerCache = pgTable(
	"answer_cache",
	{
		/** Hash of the normalised question, its language, the knowledge's version and the answerer. */
		key: text("key").primaryKey(),
		knowledgeVersion: text("knowledge_version").notNull(),
		locale: text("locale").notNull(),
		question: text("question").notNull(),
		answer: jsonb("answer").$type<Answer>().notNull(),
		hits: integer("hits").notNull().default(0),
		createdAt: now("created_at"),
		lastHitAt: moment("last_hit_at"),
	},
	(t) => [index("answer_cache_age").on(t.createdAt)],
);

/** Questions the assistant could not answer: what the knowledge lacks. */
export const unansweredQuestions = pgTable(
	"unanswered_questions",
	{
		id: uuid("id").primaryKey().defaultRandom(),
		/** The question reduced to what makes it the same question. */
		normalized: text("normalized").notNull(),
		question: text("question").notNull(),
		locale: text("locale").notNull(),
		intent: text("intent"),
		times: integer("times").notNull().default(1),
		lastSessionId: uuid("last_session_id").references(() => chatSessions.sessionId, { onDelete: "set null" }),
		state: text("state", { enum: ["open", "done", "ignored"] })
			.notNull()
			.default("open"),
		firstAt: now("first_at"),
		lastAt: now("last_at"),
	},
	(t) => [
		uniqueIndex("unanswered_questions_once").on(t.locale, t.normalized),
		index("unanswered_questions_open").on(t.state, t.lastAt),
	],
);

/** A message in another language; the original stays what it is. */
export const messageTranslations = pgTable(
	"message_translations",
	{
		messageId: uuid("message_id")
			.notNull()
			.references(() => chatMessages.id, { onDelete: "cascade" }),
		locale: text("locale").notNull(),
		text: text("text").notNull(),
		model: text("model").notNull(),
		createdAt: now("created_at"),
	},
	(t) => [primaryKey({ columns: [t.messageId, t.locale] })],
);
