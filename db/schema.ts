import { sql } from "drizzle-orm";
import {
	bigint,
	boolean,
	customType,
	date,
	index,
	integer,
	json,
	jsonb,
	pgTable,
	primaryKey,
	text,
	timestamp,
	uniqueIndex,
	uuid,
} from "drizzle-orm/pg-core";
import type { Answer, MessageMetadata, OrderItem, PaymentRecord, PostalAddress, Shipment } from "./shapes.ts";

/** Every table, in the order the story is told: the store, the people, the conversation, the machinery. */

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });
const now = (name: string) => timestamp(name, { withTimezone: true }).notNull().defaultNow();
const moment = (name: string) => timestamp(name, { withTimezone: true });

// ---------------------------------------------------------------- the store

export const products = pgTable(
	"products",
	{
		id: text("id").primaryKey(),
		slug: text("slug").notNull().unique(),
		name: text("name").notNull(),
		category: text("category"),
		description: text("description").notNull().default(""),
		/** Facts a customer asks for: dimensions, material, care … `json` and not `jsonb`, which would forget their order. */
		details: json("details").$type<Record<string, string>>().notNull().default({}),
		/** Name of the drawn scene that shows the product; null shows the neutral one. */
		scene: text("scene"),
		search: tsvector("search").generatedAlwaysAs(
			sql`setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', coalesce(category, '')), 'B') || setweight(to_tsvector('english', description), 'C') || setweight(to_tsvector('english', details), 'C')`,
		),
		updatedAt: now("updated_at"),
	},
	(t) => [index("products_search").using("gin", t.search)],
);

export const productVariants = pgTable(
	"product_variants",
	{
		id: text("id").primaryKey(),
		productId: text("product_id")
			.notNull()
			.references(() => products.id, { onDelete: "cascade" }),
		options: json("options").$type<Record<string, string>>().notNull().default({}),
		priceCents: integer("price_cents").notNull(),
		available: boolean("available").notNull().default(true),
		/** Pieces in stock; null where the store only says yes or no. */
		stock: integer("stock"),
		position: integer("position").notNull().default(0),
	},
	(t) => [index("product_variants_product").on(t.productId, t.position)],
);

export const customers = pgTable(
	"customers",
	{
		id: text("id").primaryKey(),
		name: text("name").notNull(),
		/** Null for a customer the shop has identified but not told us more about. */
		email: text("email"),
		locale: text("locale").notNull().default("en"),
		address: jsonb("address").$type<PostalAddress>(),
		/** A made-up person of the demo store: the only ones "sign in as" offers. */
		isDemo: boolean("is_demo").notNull().default(false),
		createdAt: now("created_at"),
	},
	(t) => [index("customers_email").on(sql`lower(${t.email})`)],
);

export const orders = pgTable(
	"orders",
	{
		/** As printed for people, without the hash sign: W2611340. */
		number: text("number").primaryKey(),
		customerId: text("customer_id")
			.notNull()
			.references(() => customers.id, { onDelete: "cascade" }),
		/** pending | processed | shipped | delivered | cancelled | return_requested | returned | refunded … the store's own word. */
		status: text("status").notNull(),
		items: jsonb("items").$type<OrderItem[]>().notNull(),
		shipments: jsonb("shipments").$type<Shipment[]>().notNull().default([]),
		payments: jsonb("payments").$type<PaymentRecord[]>().notNull().default([]),
		address: jsonb("address").$type<PostalAddress>(),
		totalCents: integer("total_cents").notNull(),
		placedAt: moment("placed_at"),
		expectedOn: date("expected_on", { mode: "string" }),
		deliveredAt: moment("delivered_at"),
		updatedAt: now("updated_at"),
	},
	(t) => [index("orders_customer").on(t.customerId, t.placedAt)],
);

export const articles = pgTable("articles", {
	id: uuid("id").primaryKey().defaultRandom(),
	slug: text("slug").notNull().unique(),
	title: text("title").notNull(),
	/** Markdown. */
	body: text("body").notNull(),
	locale: text("locale").notNull().default("en"),
	updatedAt: now("updated_at"),
});

/** An article cut at its headings and paragraphs: the unit that is searched and quoted. */
export const articlePassages = pgTable(
	"article_passages",
	{
		id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
		articleId: uuid("article_id")
			.notNull()
			.references(() => articles.id, { onDelete: "cascade" }),
		position: integer("position").notNull(),
		/** The article's title again, so that one index finds a passage by the title it stands under. */
		title: text("title").notNull(),
		heading: text("heading").notNull(),
		/** Id of the heading on the article's page; null before the first heading. */
		anchor: text("anchor"),
		/** Plain text, no Markdown marks. */
		body: text("body").notNull(),
		// Without the slashes Postgres would read "chairs/tables" as the path of a file, one word.
		search: tsvector("search").generatedAlwaysAs(
			sql`setweight(to_tsvector('english', translate(title, '/', ' ')), 'A') || setweight(to_tsvector('english', translate(heading, '/', ' ')), 'B') || setweight(to_tsvector('english', translate(body, '/', ' ')), 'C')`,
		),
	},
	(t) => [
		index("article_passages_article").on(t.articleId, t.position),
		index("article_passages_search").using("gin", t.search),
	],
);

// --------------------------------------------------------------- the people

/** better-auth's four tables, under our names: a *session* here is a conversation, so its session is a login. */
export const users = pgTable("users", {
	id: text("id").primaryKey(),
	name: text("name").notNull(),
	email: text("email").notNull().unique(),
	emailVerified: boolean("email_verified").notNull().default(false),
	image: text("image"),
	createdAt: now("created_at"),
	updatedAt: now("updated_at"),
});

export const logins = pgTable(
	"logins",
	{
		id: text("id").primaryKey(),
		userId: text("user_id")
			.notNull()
			.references(() => users.id, { onDelete: "cascade" }),
		token: text("token").notNull().unique(),
		expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
		ipAddress: text("ip_address"),
		userAgent: text("user_agent"),
		createdAt: now("created_at"),
		updatedAt: now("updated_at"),
	},
	(t) => [index("logins_user").on(t.userId)],
);

export const credentials = pgTable(
	"credentials",
	{
		id: text("id").primaryKey(),
		userId: text("user_id")
			.notNull()
			.references(() => users.id, { onDelete: "cascade" }),
		accountId: text("account_id").notNull(),
		providerId: text("provider_id").notNull(),
		accessToken: text("access_token"),
		refreshToken: text("refresh_token"),
		idToken: text("id_token"),
		accessTokenExpiresAt: moment("access_token_expires_at"),
		refreshTokenExpiresAt: moment("refresh_token_expires_at"),
		scope: text("scope"),
		password: text("password"),
		createdAt: now("created_at"),
		updatedAt: now("updated_at"),
	},
	(t) => [index("credentials_user").on(t.userId)],
);

export const verifications = pgTable(
	"verifications",
	{
		id: text("id").primaryKey(),
		identifier: text("identifier").notNull(),
		value: text("value").notNull(),
		expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
		createdAt: now("created_at"),
		updatedAt: now("updated_at"),
	},
	(t) => [index("verifications_identifier").on(t.identifier)],
);

export const chatAgents = pgTable("chat_agents", {
	id: uuid("id").primaryKey().defaultRandom(),
	userId: text("user_id")
		.notNull()
		.unique()
		.references(() => users.id, { onDelete: "cascade" }),
	isOnline: boolean("is_online").notNull().default(false),
	status: text("status", { enum: ["online", "away", "offline"] })
		.notNull()
		.default("offline"),
	currentSessions: integer("current_sessions").notNull().default(0),
	maxSessions: integer("max_sessions").notNull().default(8),
	specialties: jsonb("specialties").$type<string[]>().notNull().default([]),
	lastActiveAt: moment("last_active_at"),
	createdAt: now("created_at"),
});

export const apiKeys = pgTable("api_keys", {
	id: uuid("id").primaryKey().defaultRandom(),
	name: text("name").notNull(),
	/** SHA-256 of the key in hex; the key itself is shown once and kept nowhere. */
	keyHash: text("key_hash").notNull().unique(),
	createdAt: now("created_at"),
	lastUsedAt: moment("last_used_at"),
	revokedAt: moment("revoked_at"),
});

// --------------------------------------------------------- the conversation

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
		customerSatisfactionRating: integer("customer_satisfaction_rating"),
		tags: jsonb("tags").$type<string[]>().notNull().default([]),
		locale: text("locale").notNull().default("en"),
		intent: text("intent"),
		assignedAgentId: uuid("assigned_agent_id").references(() => chatAgents.id, { onDelete: "set null" }),
		/** Head of the public stream: the sequence of its newest event. */
		lastSeq: integer("last_seq").notNull().default(0),
		/** Head of the internal stream, which only agents read. */
		internalSeq: integer("internal_seq").notNull().default(0),
		/** Time of the newest event; lets the inbox find what a lost hint should have told it. */
		updatedAt: now("updated_at"),
	},
	(t) => [
		index("chat_sessions_updated").on(t.updatedAt),
		index("chat_sessions_started").on(t.startedAt),
		index("chat_sessions_open").on(t.status, t.queuedAt),
		index("chat_sessions_user").on(t.userId, t.startedAt),
		index("chat_sessions_visitor").on(t.visitorId, t.startedAt),
		index("chat_sessions_agent").on(t.assignedAgentId, t.status),
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
		uniqueIndex("chat_messages_client_id").on(t.sessionId, t.senderType, t.clientMessageId),
	],
);

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
	(t) => [primaryKey({ columns: [t.stream, t.seq] }), index("chat_events_session").on(t.sessionId)],
);

// ------------------------------------------------------------ the machinery

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
		state: text("state", { enum: ["due", "running", "done", "superseded"] })
			.notNull()
			.default("due"),
		dueAt: now("due_at"),
		/** Raised by every taker of the lease; a write that carries an older number is refused. */
		fence: integer("fence").notNull().default(0),
		leaseUntil: moment("lease_until"),
		/** Id the finished answer will have, so that deltas and message are one bubble. */
		messageId: uuid("message_id").notNull().defaultRandom(),
		/** The answer so far, checkpointed while it streams. */
		partial: text("partial").notNull().default(""),
		outcome: jsonb("outcome").$type<Answer>(),
		createdAt: now("created_at"),
		finishedAt: moment("finished_at"),
	},
	(t) => [
		uniqueIndex("ai_turns_open").on(t.sessionId).where(sql`state in ('due', 'running')`),
		index("ai_turns_due").on(t.dueAt).where(sql`state in ('due', 'running')`),
		index("ai_turns_session").on(t.sessionId, t.questionSeq),
	],
);

export const settings = pgTable("settings", {
	key: text("key").primaryKey(),
	value: jsonb("value").$type<unknown>().notNull(),
	updatedAt: now("updated_at"),
});

/** What strangers did in the current span of time; kept by the rate limiter. */
export const rateLimits = pgTable("rate_limits", {
	key: text("key").primaryKey(),
	points: integer("points").notNull().default(0),
	expire: bigint("expire", { mode: "number" }),
});
