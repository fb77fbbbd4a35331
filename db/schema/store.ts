import { sql } from "drizzle-orm";
import {
	bigint,
	boolean,
	date,
	index,
	integer,
	json,
	jsonb,
	pgTable,
	text,
	uniqueIndex,
	uuid,
} from "drizzle-orm/pg-core";
import type { OrderItem, PaymentRecord, PostalAddress, Shipment } from "#db/shapes.ts";
import { bytes, timestampColumn, timestampNowColumn, tsvector } from "./columns.ts";

export const products = pgTable(
	"products",
	{
		id: text("id").primaryKey(),
		slug: text("slug").notNull().unique(),
		name: text("name").notNull(),
		category: text("category"),
		description: text("description").notNull().default(""),
		/**
		 * Facts about the product such as dimensions, material and care. The type is `json` and not `jsonb`, because
		 * jsonb does not keep the order of keys.
		 */
		details: json("details").$type<Record<string, string>>().notNull().default({}),
		/** Name of the product's illustration in the demo shop; null shows a neutral illustration. */
		illustration: text("scene"),
		/**
		 * Search terms: A is the name, B the category, C everything else. The name is also indexed without hyphens and
		 * without spaces before numbers, and as one word, because customers write "tfit 200" or "tfit200" for "T-Fit 200".
		 */
		search: tsvector("search").generatedAlwaysAs(
			sql`setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', regexp_replace(name, '[[:space:]-]+(?=[0-9])|-', '', 'g')), 'A') || setweight(to_tsvector('english', regexp_replace(name, '[^[:alnum:]]+', '', 'g')), 'A') || setweight(to_tsvector('english', coalesce(category, '')), 'B') || setweight(to_tsvector('english', description), 'C') || setweight(to_tsvector('english', details), 'C')`,
		),
		updatedAt: timestampNowColumn("updated_at"),
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
		/** Number of pieces in stock; null when the store gives only yes or no. */
		stock: integer("stock"),
		position: integer("position").notNull().default(0),
	},
	(t) => [
		index("product_variants_product").on(t.productId, t.position),
		index("product_variants_options").using("gin", sql`to_tsvector('english', ${t.options})`),
	],
);

export const customers = pgTable(
	"customers",
	{
		id: text("id").primaryKey(),
		name: text("name").notNull(),
		/** Email address of the customer; null when the store has given only the customer's id. */
		email: text("email"),
		locale: text("locale").notNull().default("en"),
		address: jsonb("address").$type<PostalAddress>(),
		/** Whether this is a customer of the demo store; the demo's "sign in as" offers only these customers. */
		isDemo: boolean("is_demo").notNull().default(false),
		createdAt: timestampNowColumn("created_at"),
	},
	(t) => [index("customers_email").on(sql`lower(${t.email})`)],
);

export const orders = pgTable(
	"orders",
	{
		/** Order number without the hash sign, such as W2611340. */
		number: text("number").primaryKey(),
		customerId: text("customer_id")
			.notNull()
			.references(() => customers.id, { onDelete: "cascade" }),
		/**
		 * The order's status as the store writes it: pending | processed | shipped | delivered | cancelled |
		 * return_requested | returned | refunded …
		 */
		status: text("status").notNull(),
		items: jsonb("items").$type<OrderItem[]>().notNull(),
		shipments: jsonb("shipments").$type<Shipment[]>().notNull().default([]),
		payments: jsonb("payments").$type<PaymentRecord[]>().notNull().default([]),
		address: jsonb("address").$type<PostalAddress>(),
		totalCents: integer("total_cents").notNull(),
		placedAt: timestampColumn("placed_at"),
		expectedOn: date("expected_on", { mode: "string" }),
		deliveredAt: timestampColumn("delivered_at"),
		updatedAt: timestampNowColumn("updated_at"),
	},
	(t) => [index("orders_customer").on(t.customerId, t.placedAt)],
);

export const articles = pgTable("articles", {
	id: uuid("id").primaryKey().defaultRandom(),
	slug: text("slug").notNull().unique(),
	title: text("title").notNull(),
	/** Text of the article in Markdown. */
	body: text("body").notNull(),
	locale: text("locale").notNull().default("en"),
	/** Who may read the article; `agents` means agents and the copilot. */
	audience: text("audience", { enum: ["everyone", "agents"] })
		.notNull()
		.default("everyone"),
	/** The days on which the article is valid, both inclusive; null means no limit. */
	validFrom: date("valid_from", { mode: "string" }),
	validUntil: date("valid_until", { mode: "string" }),
	/** Name of the import that added the article; null for articles that were added before imports had names. */
	source: text("source"),
	/** Path of the article's file, relative to the imported folder. */
	sourcePath: text("source_path"),
	/** The PASSAGES_VERSION (version of the code that splits articles) with which the article's passages were made. */
	passagesVersion: integer("passages_version").notNull().default(0),
	updatedAt: timestampNowColumn("updated_at"),
});

/** Passages: articles split at headings and paragraphs. A passage is the unit of search and of quotes. */
export const articlePassages = pgTable(
	"article_passages",
	{
		id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
		articleId: uuid("article_id")
			.notNull()
			.references(() => articles.id, { onDelete: "cascade" }),
		position: integer("position").notNull(),
		/** The article's title, repeated in each passage so that one index covers title and text. */
		title: text("title").notNull(),
		heading: text("heading").notNull(),
		/** Id of the passage's heading on the help page; null before the first heading. */
		anchor: text("anchor"),
		/** Text of the passage without Markdown. */
		body: text("body").notNull(),
		/** Postgres text search configuration of the passage's language. */
		config: text("config").notNull().default("english"),
		/**
		 * The search terms of the passage. The application writes the column, because a generated column can have only
		 * one text search configuration.
		 */
		search: tsvector("search").notNull(),
		/** Likely intents of a question that this passage answers, with their likelihoods; null until classified. */
		intents: jsonb("intents").$type<Record<string, number>>(),
		/** Version of the intent model that classified the passage. */
		intentsModel: text("intents_model"),
		/** Hash of the passage's text: equal texts share one embedding, so that no text is embedded twice. */
		contentHash: text("content_hash").generatedAlwaysAs(
			sql`md5(title || chr(10) || heading || chr(10) || body)`,
		),
	},
	(t) => [
		index("article_passages_article").on(t.articleId, t.position),
		index("article_passages_search").using("gin", t.search),
		index("article_passages_content").on(t.contentHash),
	],
);

/**
 * Embeddings of passages by the hash of the passage's text, so that embeddings survive a new import of the articles.
 */
export const passageVectors = pgTable(
	"passage_vectors",
	{
		id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
		model: text("model").notNull(),
		contentHash: text("content_hash").notNull(),
		/** The embedding as little-endian 32-bit floats, scaled to length 1; null while a process computes it. */
		vector: bytes("vector"),
		/** Lease on embedding the text: until this time another process computes the embedding. */
		claimedUntil: timestampColumn("claimed_until"),
		createdAt: timestampNowColumn("created_at"),
	},
	(t) => [uniqueIndex("passage_vectors_once").on(t.model, t.contentHash)],
);
