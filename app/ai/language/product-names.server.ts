import { productNamesIn } from "#app/models/product/product.server.ts";

/**
 * Removes the names of the store's products from a text, because product names are equal in every language and would
 * mislead the language detection.
 */
export async function withoutProductNames(text: string): Promise<string> {
	let rest = text;
	for (const name of await productNamesIn(text)) {
		rest = rest.replace(new RegExp(name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "giu"), " ");
	}
	return rest;
}
