import { asc, inArray, sql } from "drizzle-orm";
import { readQuestion } from "#app/models/search/question.server.ts";
import { judge, matchTerm, type Relevance } from "#app/models/search/relevance.ts";
import type { Term } from "#app/models/search/term.ts";
import { computeTermIdfs, termQuery, textList } from "#app/models/search/term-queries.server.ts";
import { parseTextVector, type TextVector } from "#app/models/search/text-vector.ts";
import { db } from "#db/client.server.ts";
import { productVariants } from "#db/schema.ts";
import type { Product } from "./product.server.ts";

/** A product found by a search. */
export type FoundProduct = Product & {
	/** URL of the product's page: `/products/<slug>`. */
	url: string;
	/** The product's score, which can be compared only within one search. */
	score: number;
	/** The share of the product's name that the question contains, from 0 to 1. */
	named: number;
};

/** A search's terms, the idf of each term, and the found products with the terms that each one matched. */
export type ProductSearch = {
	terms: Term[];
	idfs: number[];
	found: (FoundProduct & { relevance: Relevance; vector: TextVector })[];
};

const MAX_CANDIDATES = 60;

type ProductRow = Omit<Product, "variants"> & { vector: string; name_vector: string };

/**
 * Finds products by name, category, description and details, best first. Misspellings are tolerated.
 * @param query a question or some words in English.
 * @param limit maximum number of products.
 */
export async function searchProducts(query: string, limit: number): Promise<FoundProduct[]> {
	const { found } = await findProducts(query, limit);
	return found.map(({ relevance: _relevance, vector: _vector, ...product }) => product);
}

/** Finds products like `searchProducts`, and also returns the terms and matches for explaining answers. */
export async function findProducts(query: string, limit: number): Promise<ProductSearch> {
	const terms = await readQuestion(query);
	const { idfs } = await computeTermIdfs(terms, "products");
	const queries = terms.map(termQuery).filter(Boolean);
	if (queries.length === 0) return { terms, idfs, found: [] };
	const rows = await db.execute<ProductRow>(sql`
		with asked as materialized (select query::tsquery as query from unnest(${textList(queries)}::text[]) as query)
		select p.id, p.slug, p.name, p.category, p.description, p.details, p.scene as illustration,
			p.search::text as vector, to_tsvector('english', p.name)::text as name_vector
		from products p
		where p.search @@ ${queries.map((query) => `(${query})`).join(" | ")}::tsquery
		order by (select sum(ts_rank(p.search, asked.query)) from asked) desc, p.id
		limit ${MAX_CANDIDATES}`);

	const judged = rows.map((row) => {
		const vector = parseTextVector(row.vector);
		const relevance = judge(terms, idfs, { vector, plain: "", heading: "" });
		const named = nameShare(terms, parseTextVector(row.name_vector));
		return { row, vector, relevance, named, score: relevance.score * (0.5 + named) };
	});
	judged.sort((a, b) => b.score - a.score || a.row.id.localeCompare(b.row.id));
	const best = judged.slice(0, limit);
	if (best.length === 0) return { terms, idfs, found: [] };
	const variants = await db
		.select()
		.from(productVariants)
		.where(
			inArray(
				productVariants.productId,
				best.map(({ row }) => row.id),
			),
		)
		.orderBy(asc(productVariants.position), asc(productVariants.id));
	const found = best.map(({ row, vector, relevance, named, score }) => {
		const { vector: _vector, name_vector: _nameVector, ...facts } = row;
		return {
			...facts,
			variants: variants
				.filter((variant) => variant.productId === row.id)
				.map(({ id, options, priceCents, available, stock }) => ({
					id,
					options,
					priceCents,
					available,
					stock,
				})),
			url: `/products/${row.slug}`,
			score,
			named,
			relevance,
			vector,
		};
	});
	return { terms, idfs, found };
}

/** The share of a product's name that the question contains, 0 to 1. Synonyms alone do not count. */
function nameShare(terms: Term[], name: TextVector): number {
	if (name.size === 0) return 0;
	const matchedTexts = new Set<string>();
	for (const term of terms) {
		if (term.isAsked) continue;
		const { matchWeight } = matchTerm({ ...term, patterns: [] }, name, "");
		if (matchWeight < 0.8) continue;
		for (const alternative of term.alternatives) {
			if (alternative.matchWeight < 0.8) continue;
			for (const { stem } of alternative.phrase) if (name.has(stem)) matchedTexts.add(stem);
		}
	}
	return matchedTexts.size / name.size;
}
