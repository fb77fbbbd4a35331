import { z } from "zod/v4";
import { formatMoney } from "#app/models/product/money.ts";
import { type FoundProduct, searchProducts } from "#app/models/product/search.server.ts";
import { quoteFrom, type Retrieved } from "../answer-sources.ts";
import { defineTool, searchPhrase } from "./tool.server.ts";

const PRODUCTS = 4;
/** Variants of one product shown to the model; a product can have dozens that differ in a colour. */
const VARIANTS = 20;

export const searchProductsTool = defineTool({
	name: "search_products",
	description:
		"Searches the catalogue: names, descriptions, details, variants with price and whether they can be bought now. Each product has a number to cite.",
	schema: z.object({
		query: searchPhrase.describe("The product or kind of product, in a few words, in English."),
	}),
	handle: async ({ query }, context) => {
		const products = await searchProducts(query, PRODUCTS);
		return {
			products: products.map((product) => describeProduct(product, context.cite(asRetrieved(product)))),
		};
	},
});

function describeProduct(product: FoundProduct, number: number) {
	return {
		cite: number,
		name: product.name,
		category: product.category,
		description: product.description,
		details: product.details,
		variants: product.variants.slice(0, VARIANTS).map((variant) => ({
			options: variant.options,
			price: formatMoney(variant.priceCents),
			available: variant.available,
			...(variant.stock === null ? {} : { stock: variant.stock }),
		})),
		...(product.variants.length > VARIANTS ? { furtherVariants: product.variants.length - VARIANTS } : {}),
	};
}

function asRetrieved(product: FoundProduct): Retrieved {
	const { id, name, url, description, details, score } = product;
	const facts = Object.entries(details).map(([label, value]) => `${label}: ${value}`);
	const text = [description, ...facts].filter(Boolean).join(". ");
	return { source: { id, title: name, url, quote: quoteFrom(text), score }, text };
}
