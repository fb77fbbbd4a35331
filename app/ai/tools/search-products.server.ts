import { z } from "zod/v4";
import { formatMoney } from "#app/models/product/money.ts";
import { type FoundProduct, searchProducts } from "#app/models/product/search.server.ts";
import { quoteBeginning, type RetrievedItem } from "../answer-sources.ts";
import { defineTool, searchPhraseParameter } from "./tool.server.ts";

const PRODUCTS_PER_SEARCH = 4;
/** Maximum number of one product's variants in the tool's result, because a product can have dozens. */
const MAX_DESCRIBED_VARIANTS = 20;

export const searchProductsTool = defineTool({
	name: "search_products",
	description:
		"Searches the catalogue: names, descriptions, details, variants with price and whether they can be bought now. Each product has a number to cite.",
	schema: z.object({
		query: searchPhraseParameter.describe("The product or kind of product, in a few words, in English."),
	}),
	handle: async ({ query }, context) => {
		const products = await searchProducts(query, PRODUCTS_PER_SEARCH);
		return {
			products: products.map((product) =>
				describeProductForModel(product, context.cite(toRetrievedProduct(product))),
			),
		};
	},
});

function describeProductForModel(product: FoundProduct, number: number) {
	return {
		cite: number,
		name: product.name,
		category: product.category,
		description: product.description,
		details: product.details,
		variants: product.variants.slice(0, MAX_DESCRIBED_VARIANTS).map((variant) => ({
			options: variant.options,
			price: formatMoney(variant.priceCents),
			available: variant.available,
			...(variant.stock === null ? {} : { stock: variant.stock }),
		})),
		...(product.variants.length > MAX_DESCRIBED_VARIANTS
			? { furtherVariants: product.variants.length - MAX_DESCRIBED_VARIANTS }
			: {}),
	};
}

function toRetrievedProduct(product: FoundProduct): RetrievedItem {
	const { id, name, url, description, details, score } = product;
	const facts = Object.entries(details).map(([label, value]) => `${label}: ${value}`);
	const text = [description, ...facts].filter(Boolean).join(". ");
	return { source: { id, title: name, url, quote: quoteBeginning(text), score }, text };
}
