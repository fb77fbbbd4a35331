import { asc, eq, sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { products, productVariants } from "#db/schema.ts";

export type ProductVariant = {
	id: string;
	/** What tells it from its neighbours, in the order shown. */
	options: Record<string, string>;
	priceCents: number;
	available: boolean;
	/** Pieces; null where the store only says yes or no. */
	stock: number | null;
};

export type Product = {
	id: string;
	slug: string;
	name: string;
	category: string | null;
	description: string;
	details: Record<string, string>;
	scene: string | null;
	variants: ProductVariant[];
};

/** A product as the shop's shelves show it. */
export type ProductCard = Pick<Product, "id" | "slug" | "name" | "category" | "scene"> & {
	/** The cheapest variant; null when there is none. */
	fromCents: number | null;
	/** Whether variants differ in price, so that a page says "from". */
	hasPriceRange: boolean;
	/** Whether any variant can be bought now. */
	isAvailable: boolean;
};

/** The names of products that a text says in full, in any case. */
export async function namesIn(text: string): Promise<string[]> {
	const rows = await db
		.select({ name: products.name })
		.from(products)
		.where(sql`position(lower(${products.name}) in ${text.toLowerCase()}) > 0 and ${products.name} <> ''`);
	return rows.map(({ name }) => name);
}

/** How many products the catalogue has. */
export async function countProducts(): Promise<number> {
	return db.$count(products);
}

/**
 * Products in the order of the catalogue (by category, then name), with what a shelf needs to know of
 * their variants. All of them, or a page: `offset` products are passed over and `limit` returned.
 */
export async function listProducts(
	options: { offset?: number; limit?: number } = {},
): Promise<ProductCard[]> {
	const shelf = db
		.select({
			id: products.id,
			slug: products.slug,
			name: products.name,
			category: products.category,
			scene: products.scene,
			fromCents: sql<number | null>`min(${productVariants.priceCents})`,
			toCents: sql<number | null>`max(${productVariants.priceCents})`,
			isAvailable: sql<boolean>`coalesce(bool_or(${productVariants.available}), false)`,
		})
		.from(products)
		.leftJoin(productVariants, eq(productVariants.productId, products.id))
		.groupBy(products.id)
		.orderBy(asc(products.category), asc(products.name), asc(products.id))
		.offset(options.offset ?? 0)
		.$dynamic();
	const rows = await (options.limit === undefined ? shelf : shelf.limit(options.limit));
	return rows.map(({ toCents, ...row }) => ({ ...row, hasPriceRange: toCents !== row.fromCents }));
}

/** One product with its variants in their order, or null when no product has that slug. */
export async function getProduct(slug: string): Promise<Product | null> {
	const [product] = await db.select().from(products).where(eq(products.slug, slug));
	if (!product) return null;
	const variants = await db
		.select()
		.from(productVariants)
		.where(eq(productVariants.productId, product.id))
		.orderBy(asc(productVariants.position));
	const { search: _search, updatedAt: _updatedAt, ...shown } = product;
	return {
		...shown,
		variants: variants.map(({ id, options, priceCents, available, stock }) => ({
			id,
			options,
			priceCents,
			available,
			stock,
		})),
	};
}
