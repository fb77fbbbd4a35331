import { sql } from "drizzle-orm";
import { listStems } from "#app/models/search/known-stems.server.ts";
import { stemTexts } from "#app/models/search/stems.server.ts";
import { isTypoOf } from "#app/models/search/typos.ts";
import { db } from "#db/client.server.ts";
import type { Product } from "./product.server.ts";

/** A product found by a search. */
export type FoundProduct = Product & {
	/** URL of the product's page: `/products/<slug>`. */
	url: string;
	/** The product's score, which can be compared only within one search. */
	score: number;
};

/** Where a product contains a word. In a product's text, an option, the category or the name: each is stronger. */
export const PLACE = { text: 1, option: 2, category: 3, name: 4 } as const;

/** A word that is searched: the alternatives in stems. A product matches the word if it contains one of them. */
export type SearchWord = { stems: string[] /** Further alternatives in options. */; optionStems?: string[] };

export type ProductFilter = {
	/** Only products with a variant whose price in cents is in this range, both inclusive. */
	price?: { from: number; to: number };
	/** Only products with a variant that can be bought now. */
	inStock?: boolean;
	/** 1 sorts equally good products by ascending price, -1 by descending price. */
	priceOrder?: 1 | -1;
	/** Also this product. */
	id?: string;
};

/** A found product, with the strongest place of each word, by the word's position in the search. */
export type ProductMatch = FoundProduct & { places: (number | undefined)[] };

export type ProductMatches = {
	matches: ProductMatch[];
	/** Inverse document frequency of each word among the product names; 0 for words in no name. */
	idfs: number[];
};

/** Maximum number of products that one search reads completely: enough for a list, and about 300 KB of JSON. */
const MAX_MATCHES = 200;
/** The largest price that the table can hold, in cents (32-bit integer). */
export const MAX_CENTS = 2_147_483_647;
/** Maximum number of words in one search. Longer messages are stories, whose first words name the product. */
export const MAX_SEARCH_WORDS = 40;
/** Shortest word that may be the end of a compound: "chair" in "armchair", but not "cap" in "landscape". */
const MIN_COMPOUND_END = 4;
/** Maximum number of stems for one word: its own, names that it may be a typo of, and compounds that end with it. */
const MAX_ALTERNATIVES = 8;

/**
 * Finds products by name, category, options, description and details, best first. Misspellings of names are tolerated.
 * @param query a question or some words in English.
 * @param limit maximum number of products.
 */
export async function searchProducts(query: string, limit: number): Promise<FoundProduct[]> {
	const texts = wordsOf(query).slice(0, MAX_SEARCH_WORDS);
	const [vectors, known] = await Promise.all([stemTexts(texts), listStems("products")]);
	const searched = vectors
		.map((vector) => ({ stems: withNameAlternatives([...vector.keys()], known) }))
		.filter(({ stems }) => stems.length > 0);
	if (searched.length === 0) return [];
	const { matches } = await findProducts(searched);
	return matches.slice(0, limit).map(({ places: _places, ...product }) => product);
}

/** The words of a text in lower case, without apostrophes. Hyphenated words are split, and adjacent words joined too. */
function wordsOf(text: string): string[] {
	const words = splitWords(text);
	const joined = words.slice(1).map((word, i) => `${words[i]}${word}`);
	return [...new Set([...words, ...joined])];
}

/** Splits a text into words in lower case, without apostrophes. */
export function splitWords(text: string): string[] {
	return (
		text
			.toLowerCase()
			.replace(/['’]/g, "")
			.match(/[\p{L}\p{N}]+/gu) ?? []
	);
}

/**
 * The stems of a word, with stems of product names that the word may be a misspelling of, or that end with it.
 * @param known all stems of product names.
 */
export function withNameAlternatives(stems: string[], known: string[]): string[] {
	const [stem] = stems;
	if (!stem) return [];
	const isCompound = (name: string) => stem.length >= MIN_COMPOUND_END && name.endsWith(stem);
	const typos = known.includes(stem) ? [] : known.filter((name) => isTypoOf(stem, name));
	return [...new Set([...stems, ...typos, ...known.filter(isCompound)])].slice(0, MAX_ALTERNATIVES);
}

const quoteLexeme = (stem: string) => `'${stem.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
const queryOf = (stems: string[], field = "") => stems.map((stem) => quoteLexeme(stem) + field).join("|");
const placeSql = {
	text: sql.raw(String(PLACE.text)),
	option: sql.raw(String(PLACE.option)),
	category: sql.raw(String(PLACE.category)),
	name: sql.raw(String(PLACE.name)),
};
const jsonList = (texts: string[]) => JSON.stringify(texts);

/**
 * Finds the products that contain one of the words and pass the filter, best first. Every word counts once, at its
 * strongest place; in names it counts by its idf. Without words, all products that pass the filter.
 */
export async function findProducts(words: SearchWord[], filter: ProductFilter = {}): Promise<ProductMatches> {
	const { price, inStock = false, priceOrder = 0, id = null } = filter;
	const isPriced = price !== undefined || inStock || priceOrder !== 0;
	const priced = sql`
		select min(v.price_cents) as low,
			count(*) filter (where v.price_cents between ${price?.from ?? 0} and ${price?.to ?? MAX_CENTS}
				and (${!inStock} or v.available and v.stock is distinct from 0)) as fitting
		from product_variants v where v.product_id = ranked.id`;
	const rows = await db.execute<
		Product & { places: Record<string, number> | null; counts: Record<string, number> | null } & {
			score: number;
			total: number;
		}
	>(sql`
		with word as materialized (
			select (at - 1)::int as at, name::tsquery, category::tsquery, anywhere::tsquery, option::tsquery
			from rows from (
				jsonb_array_elements_text(${jsonList(words.map(({ stems }) => queryOf(stems, ":A")))}::jsonb),
				jsonb_array_elements_text(${jsonList(words.map(({ stems }) => queryOf(stems, ":B")))}::jsonb),
				jsonb_array_elements_text(${jsonList(words.map(({ stems }) => queryOf(stems)))}::jsonb),
				jsonb_array_elements_text(${jsonList(
					words.map(({ stems, optionStems = [] }) => queryOf([...stems, ...optionStems])),
				)}::jsonb)
			) with ordinality as list (name, category, anywhere, option, at)
		), hit as (
			select word.at, p.id, case when p.search @@ word.name then ${placeSql.name}
				when p.search @@ word.category then ${placeSql.category} else ${placeSql.text} end as place
			from word join products p on p.search @@ word.anywhere
			union all
			select word.at, v.product_id, ${placeSql.option}
			from word join product_variants v on to_tsvector('english', v.options) @@ word.option
		), place as materialized (
			select at, id, max(place) as place from hit group by at, id
		), name_count as (
			select at, count(*)::int as count from place where place = ${placeSql.name} group by at
		), total as (
			select count(*)::int as total from products
		), ranked as (
			select id, sum(place.place + coalesce(case when place.place = ${placeSql.name} then ln(total::float8 / count) end, 0)) as score,
				json_object_agg(at, place.place)::text as places
			from place left join name_count using (at) cross join total
			group by id
			union all
			select id, 0, null from products where ${words.length === 0} or id = ${id}
		), best as materialized (
			select id, max(score)::float8 as score, max(places)::json as places
			from ranked ${isPriced ? sql`cross join lateral (${priced}) as variant` : sql``}
			where ${isPriced ? sql`variant.fitting > 0 or id = ${id}` : sql`true`}
			group by id
			order by id = ${id} desc nulls last, max(score) desc, ${isPriced ? sql`min(low) * ${priceOrder}::int,` : sql``} id
			limit ${MAX_MATCHES}
		)
		select p.id, p.slug, p.name, p.category, p.description, p.details, p.scene as illustration,
			best.score, best.places,
			(select coalesce(json_agg(json_build_object('id', v.id, 'options', v.options, 'priceCents', v.price_cents,
					'available', v.available, 'stock', v.stock) order by v.position, v.id), '[]')
				from product_variants v where v.product_id = p.id) as variants,
			(select total from total) as total,
			(select json_object_agg(at, count) from name_count) as counts
		from best join products p using (id)
		order by p.id = ${id} desc nulls last, best.score desc, p.name, p.id`);
	const counts = rows[0]?.counts ?? {};
	const total = rows[0]?.total ?? 0;
	return {
		matches: rows.map(({ places, counts: _counts, total: _total, ...product }) => ({
			...product,
			url: `/products/${product.slug}`,
			places: words.map((_, at) => places?.[at]),
		})),
		idfs: words.map((_, at) => (counts[at] ? Math.log(1 + total / counts[at]) : 0)),
	};
}
