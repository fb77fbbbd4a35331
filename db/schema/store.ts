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
import { bytes, moment, now, tsvector } from "./columns.ts";

/** The store: what it sells, to whom, and what it knows. */

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
	/** agents: only people of the store, and the copilot, may read it. */
	audience: text("audience", { enum: ["everyone", "agents"] })
		.notNull()
		.default("everyone"),
	/** Days, both included, between which it holds; null is without end. */
	validFrom: date("valid_from", { mode: "string" }),
	validUntil: date("valid_until", { mode: "string" }),
	/** What brought it: the name of an import; null for articles from before this was recorded. */
	source: text("source"),
	/** The file it was read from, relative to the imported folder. */
	sourcePath: text("source_path"),
	/** The PASSAGES_VERSION its passages were cut with. */
	passagesVersion: integer("passages_version").notNull().default(0),
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
		/** Name of the Postgres text search configuration it was stemmed with: that of the article's language. */
		config: text("config").notNull().default("english"),
		/** Filled on save, since a computed column can only have one configuration. */
		search: tsvector("search").notNull(),
		/** What is the same text has the same vector, so that nothing is embedded twice. */
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

/** What a passage means, as the embedding model sees it; kept by content, so that it outlives a re-import. */
export const passageVectors = pgTable(
	"passage_vectors",
	{
		id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
		model: text("model").notNull(),
		contentHash: text("content_hash").notNull(),
		/** Little-endian 32-bit floats, scaled to length 1; null while it is asked for. */
		vector: bytes("vector"),
		/** Until then whoever claimed the text is asking the provider for its vector. */
		claimedUntil: moment("claimed_until"),
		createdAt: now("created_at"),
	},
	(t) => [uniqueIndex("passage_vectors_once").on(t.model, t.contentHash)],
);
