import { decor } from "./products/decor.ts";
import { kitchen } from "./products/kitchen.ts";
import { lighting } from "./products/lighting.ts";
import { seating } from "./products/seating.ts";
import type { SeedProduct } from "./products/shape.ts";
import { storage } from "./products/storage.ts";
import { tables } from "./products/tables.ts";
import { textiles } from "./products/textiles.ts";

export type { SeedProduct } from "./products/shape.ts";

/** The catalogue of the demo store. All names and numbers are invented. */
export const seedProducts: SeedProduct[] = [
	...lighting,
	...seating,
	...tables,
	...storage,
	...textiles,
	...kitchen,
	...decor,
];

/** The id of a demo product in the database: readable, and equal at every seeding. */
export function seedProductId(product: SeedProduct): string {
	return product.slug;
}

/** The id of a product variant, made from the variant's position in the product's list (from 0). */
export function seedVariantId(product: SeedProduct, position: number): string {
	return `${product.slug}-${position + 1}`;
}
