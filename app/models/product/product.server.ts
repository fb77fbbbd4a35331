import { asc, eq, sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { products, productVariants } from "#db/schema.ts";

export type ProductVariant = {
	id: string;
	/** The options that distinguish the product variant, such as colour and size, in the order in which they are shown. */
	options: Record<string, string>;
	priceCents: number;
	available: boolean;
	/** Number of pieces of the variant in stock; null when the store says only yes or no. */
	stock: number | null;
};

export type Product = {
	id: string;
	slug: string;
	name: string;
	category: string | null;
	description: string;
	details: Record<string, string>;
	illustration: string | null;
	variants: ProductVariant[];
};

/** A product as the lists of the shop's pages show it. */
export type ProductCard = Pick<Product, "id" | "slug" | "name" | "category" | "illustration"> & {
	/** Price of the product's cheapest variant in cents; null when the product has no variant. */
	fromCents: number | null;
	/** Whether the product's variants have different prices, so that the page says "from". */
	hasPriceRange: boolean;
	/** Whether any variant of the product is available now. */
	isAvailable: boolean;
};

/** The names of products that a text contains completely, in any case. */
export async function productNamesIn(text: string): Promise<string[]> {
	const rows = await db
		.select({ name: products.name })
		.from(products)
		.where(sql`position(lower(${products.name}) in ${text.toLowerCase()}) > 0 and ${products.name} <> ''`);
	return rows.map(({ name }) => name);
}

/** The number of products in the catalogue. */
export async function countProducts(): Promise<number> {
	return db.$count(products);
}

/**
 * Lists products in catalogue order (by category, then name), with a summary of their variants. Without options all
 * products; otherwise `limit` products after the first `offset`.
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
			illustration: products.illustration,
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

/** One product with its variants in order, or null when the slug is unknown. */
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
