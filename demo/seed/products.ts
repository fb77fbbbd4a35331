import { decor } from "./products/decor.ts";
import { kitchen } from "./products/kitchen.ts";
import { lighting } from "./products/lighting.ts";
import { seating } from "./products/seating.ts";
import type { SeedProduct } from "./products/shape.ts";
import { storage } from "./products/storage.ts";
import { tables } from "./products/tables.ts";
import { textiles } from "./products/textiles.ts";

export type { SeedProduct } from "./products/shape.ts";

/** The demo store's catalogue. Every name and number in it is made up. */
export const seedProducts: SeedProduct[] = [
	...lighting,
	...seating,
	...tables,
	...storage,
	...textiles,
	...kitchen,
	...decor,
];

/** The id under which a product is stored: readable, and stable over every seeding. */
export function seedProductId(product: SeedProduct): string {
	return product.slug;
}

/** The id of a product's variant, from its place in the list. */
export function seedVariantId(product: SeedProduct, position: number): string {
	return `${product.slug}-${position + 1}`;
}
