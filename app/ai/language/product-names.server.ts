import { productNamesIn } from "#app/models/product/product.server.ts";

/** Removes the names of the store's products from a text, because they are the same in every language. */
export async function withoutProductNames(text: string): Promise<string> {
	let rest = text;
	for (const name of await productNamesIn(text)) {
		rest = rest.replace(new RegExp(name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "giu"), " ");
	}
	return rest;
}
