import { readdir, readFile } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { saveArticle } from "#app/models/article/article.server.ts";
import { readArticle } from "#app/models/article/import.server.ts";
import { db, type Transaction } from "#db/client.server.ts";
import { customers, orders, products, productVariants } from "#db/schema.ts";
import { createSeedOrders } from "./orders.ts";
import { seedPeople } from "./people.ts";
import { seedProductId, seedProducts, seedVariantId } from "./products.ts";

const ARTICLES_FOLDER = new URL("./articles/", import.meta.url);

/**
 * Fills the demo store with fictional products, help articles, twenty customers and their sixty orders. A repeated run
 * restores these rows and changes no other rows. Order dates are counted back from the time of the call.
 */
export async function seedDemoStore(): Promise<void> {
	await db.transaction(async (tx) => {
		await upsertProducts(tx);
		await upsertCustomers(tx);
		await upsertOrders(tx, new Date());
	});
	// Each article is saved together with its passages in one transaction for this article.
	for (const { slug, title, body, locale } of await readArticles()) {
		await saveArticle({ slug, title, body, locale, source: "demo" });
	}
}

/** In an upsert, the value that the insert would have written to a column (Postgres's `excluded`). */
const excludedColumn = (column: string) => sql.raw(`excluded.${column}`);

async function upsertProducts(tx: Transaction): Promise<void> {
	await tx
		.insert(products)
		.values(
			seedProducts.map((product) => ({
				id: seedProductId(product),
				slug: product.slug,
				name: product.name,
				category: product.category,
				description: product.description,
				details: product.details,
				illustration: product.illustration,
			})),
		)
		.onConflictDoUpdate({
			target: products.id,
			set: {
				slug: excludedColumn("slug"),
				name: excludedColumn("name"),
				category: excludedColumn("category"),
				description: excludedColumn("description"),
				details: excludedColumn("details"),
				illustration: excludedColumn("scene"),
				updatedAt: sql`now()`,
			},
		});
	await tx
		.insert(productVariants)
		.values(
			seedProducts.flatMap((product) =>
				product.variants.map((variant, position) => ({
					id: seedVariantId(product, position),
					productId: seedProductId(product),
					options: variant.options,
					priceCents: variant.priceCents,
					available: variant.stock > 0,
					stock: variant.stock,
					position,
				})),
			),
		)
		.onConflictDoUpdate({
			target: productVariants.id,
			set: {
				options: excludedColumn("options"),
				priceCents: excludedColumn("price_cents"),
				available: excludedColumn("available"),
				stock: excludedColumn("stock"),
				position: excludedColumn("position"),
			},
		});
}

async function upsertCustomers(tx: Transaction): Promise<void> {
	await tx
		.insert(customers)
		.values(
			seedPeople.map((person) => ({
				...person,
				email: `${person.id.replace("_", ".")}@example.com`,
				isDemo: true,
			})),
		)
		.onConflictDoUpdate({
			target: customers.id,
			set: {
				name: excludedColumn("name"),
				email: excludedColumn("email"),
				locale: excludedColumn("locale"),
				address: excludedColumn("address"),
				isDemo: excludedColumn("is_demo"),
			},
		});
}

async function upsertOrders(tx: Transaction, now: Date): Promise<void> {
	const addresses = new Map(seedPeople.map((person) => [person.id, person.address]));
	await tx
		.insert(orders)
		.values(createSeedOrders(now).map((order) => ({ ...order, address: addresses.get(order.customerId) })))
		.onConflictDoUpdate({
			target: orders.number,
			set: {
				customerId: excludedColumn("customer_id"),
				status: excludedColumn("status"),
				items: excludedColumn("items"),
				shipments: excludedColumn("shipments"),
				payments: excludedColumn("payments"),
				address: excludedColumn("address"),
				totalCents: excludedColumn("total_cents"),
				placedAt: excludedColumn("placed_at"),
				expectedOn: excludedColumn("expected_on"),
				deliveredAt: excludedColumn("delivered_at"),
				updatedAt: sql`now()`,
			},
		});
}

/** Reads the Markdown files of the demo store's articles, like `npm run kb:import`. */
async function readArticles() {
	const names = (await readdir(ARTICLES_FOLDER)).filter((name) => name.endsWith(".md")).sort();
	return Promise.all(
		names.map(async (name) => readArticle(name, await readFile(new URL(name, ARTICLES_FOLDER), "utf8"))),
	);
}
