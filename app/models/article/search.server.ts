import { asc, inArray, sql } from "drizzle-orm";
import { scoreText, type TextMatch, textLength } from "#app/models/search/bm25.ts";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import { ENGLISH, searchConfig } from "#app/models/search/languages.ts";
import {
	fuseRankings,
	nearestContents,
	nearestPassages,
	type QuestionEmbedding,
} from "#app/models/search/meaning.server.ts";
import { type Query, readQuery, termQuery, textList } from "#app/models/search/query.server.ts";
import { parseTextVector } from "#app/models/search/text-vector.ts";
import { db } from "#db/client.server.ts";
import { articlePassages } from "#db/schema.ts";
import { agreementOf, type IntentLikelihoods } from "./passage-intents.server.ts";
import { type ArticleReaders, readableBy } from "./readers.server.ts";
import { articleUrl } from "./slug.ts";

/** The passages that a search found in one language, best first, with what the ranking is based on. */
export type PassageSearch = Query & { found: RankedPassage[] };

/** A passage with the parts of its score. */
export type RankedPassage = FoundPassage & {
	match: TextMatch;
	/** Cosine similarity of the passage's embedding to the question's; null when unknown. */
	similarity: number | null;
	/** How likely question and passage have the same intent, 0 to 1. */
	agreement: number;
};

/**
 * Number of candidate passages that Postgres returns by a rough score. Ranking them exactly takes about a millisecond.
 */
const MAX_CANDIDATES = 120;
/**
 * Numbers of passages that are compared with the question by embedding, and of those among them that need not match any
 * term.
 */
const MAX_COMPARED_EMBEDDINGS = 200;
const MAX_WITHOUT_TERM_MATCH = 20;
/**
 * The score of a passage is (BM25 / highest idf + BASE_SCORE) · exp(SIMILARITY_WEIGHT · cosine + INTENT_WEIGHT ·
 * agreement). The three numbers were chosen on the test shops; docs/decisions/008-retrieval.md has the table. Values
 * from half to twice of each change the result by at most two points.
 */
const BASE_SCORE = 1 / 3;
const SIMILARITY_WEIGHT = 5;
const INTENT_WEIGHT = 2;
/** Factor on the score of articles in the reader's own language. */
const OWN_LANGUAGE_FACTOR = 1.5;
/** Maximum number of passages in the result of `listPassages`. */
const MAX_LISTED_PASSAGES = 90;

/** The passages of some articles in order, at most MAX_LISTED_PASSAGES. */
export async function listPassages(articleIds: string[]) {
	return db
		.select({
			id: articlePassages.id,
			articleId: articlePassages.articleId,
			heading: articlePassages.heading,
			anchor: articlePassages.anchor,
			body: articlePassages.body,
		})
		.from(articlePassages)
		.where(inArray(articlePassages.articleId, articleIds))
		.orderBy(asc(articlePassages.position), asc(articlePassages.id))
		.limit(MAX_LISTED_PASSAGES);
}

/** For whom a search is, and what is known about the question besides its words. */
export type SearchOptions = {
	/** The reader's language, BCP 47; articles in this language are preferred. */
	locale?: string;
	readers?: ArticleReaders;
	/** The question's likely intents. They rank English passages with the same intent higher. */
	intents?: IntentLikelihoods;
	/** The question's embedding; without it the search matches only words. */
	meaning?: QuestionEmbedding | null;
};

/**
 * Finds passages for a question in every language that has articles: by words (BM25), by embedding and by intent.
 * @param limit maximum number of passages.
 */
export async function searchPassages(
	query: string,
	limit: number,
	{ locale, readers = "customers", intents, meaning }: SearchOptions = {},
): Promise<FoundPassage[]> {
	const own = locale === undefined ? null : searchConfig(locale);
	const configs = await listConfigs();
	const searches = await Promise.all(
		configs.map((config) =>
			findPassages(query, { limit: MAX_CANDIDATES, config, readers, intents, meaning }),
		),
	);
	const byWords = searches.flatMap(({ found }, i) =>
		found.map(({ match: _m, similarity: _s, agreement: _a, ...passage }): FoundPassage => {
			const share = own !== null && configs[i] === own ? OWN_LANGUAGE_FACTOR : 1;
			return { ...passage, score: passage.score * share };
		}),
	);
	byWords.sort(bestFirst);
	if (!meaning || meaning.isBuiltIn) return byWords.slice(0, limit);
	const byMeaning = await nearestPassages(meaning, { limit: MAX_CANDIDATES, readers });
	return fuseRankings([byWords, byMeaning], (passage) =>
		own !== null && searchConfig(passage.locale) === own ? OWN_LANGUAGE_FACTOR : 1,
	).slice(0, limit);
}

const bestFirst = (a: FoundPassage, b: FoundPassage): number => b.score - a.score || a.id - b.id;

/** The text search configurations (one for each language) that the stored passages use. */
export async function listConfigs(): Promise<string[]> {
	const rows = await db.selectDistinct({ config: articlePassages.config }).from(articlePassages);
	return rows.map(({ config }) => config).sort();
}

/**
 * Searches the passages of one language.
 * @param options.config the language's text search configuration, see `searchConfig`.
 * @param options.meaning embedding of the question by the built-in encoder; finds English passages by similarity too.
 */
export async function findPassages(
	question: string,
	options: {
		limit: number;
		config?: string;
		readers?: ArticleReaders;
		intents?: IntentLikelihoods;
		meaning?: QuestionEmbedding | null;
	},
): Promise<PassageSearch> {
	const { limit, config = ENGLISH, readers = "customers", intents = {}, meaning } = options;
	const query = await readQuery(question, config);
	const similarities =
		meaning?.isBuiltIn && config === ENGLISH
			? await nearestContents(meaning, MAX_COMPARED_EMBEDDINGS)
			: new Map<string, number>();
	const nearest = [...similarities.keys()].slice(0, MAX_WITHOUT_TERM_MATCH);
	if (query.terms.length === 0 && nearest.length === 0) return { ...query, found: [] };
	const rows = await readCandidates(query, { nearest, config, readers, model: meaning?.model ?? "" });
	// All candidate passages are ranked by one measure: by words alone while one of them has no embedding yet.
	const known = rows.every((row) => row.has_embedding) ? similarities : new Map<string, number>();
	const vectors = rows.map((row) => parseTextVector(row.vector));
	const meanLength = vectors.reduce((sum, vector) => sum + textLength(vector), 0) / Math.max(rows.length, 1);
	const found = rows.map((row, i): RankedPassage => {
		const match = scoreText(query.terms, vectors[i] ?? new Map(), meanLength);
		const similarity = similarityOf(row.content_hash, known);
		const agreement = agreementOf(intents, row.intents);
		return {
			id: Number(row.id),
			articleId: row.article_id,
			slug: row.slug,
			title: row.title,
			heading: row.heading,
			url: articleUrl(row.slug, row.anchor),
			body: row.body,
			locale: row.locale,
			score:
				(match.score / query.maxIdf + BASE_SCORE) *
				Math.exp(SIMILARITY_WEIGHT * (similarity ?? 0) + INTENT_WEIGHT * agreement),
			coverage: match.coverage,
			match,
			similarity,
			agreement,
		};
	});
	return { ...query, found: found.sort(bestFirst).slice(0, limit) };
}

type CandidateRow = {
	id: string | number;
	article_id: string;
	slug: string;
	locale: string;
	title: string;
	heading: string;
	anchor: string | null;
	body: string;
	content_hash: string;
	/** Whether the passage has an embedding. Embeddings are made within a minute after an import. */
	has_embedding: boolean;
	intents: IntentLikelihoods | null;
	vector: string;
};

/** Reads the passages that contain a term of the query, or whose embeddings are the nearest ones. */
async function readCandidates(
	{ terms }: Query,
	options: { nearest: string[]; config: string; readers: ArticleReaders; model: string },
): Promise<CandidateRow[]> {
	const { nearest, config, readers, model } = options;
	const queries = terms.map(termQuery);
	const hasTerm =
		queries.length > 0
			? sql`p.search @@ ${queries.map((query) => `(${query})`).join(" | ")}::tsquery`
			: sql`false`;
	const isNear = sql`p.content_hash in (select jsonb_array_elements_text(${JSON.stringify(nearest)}::jsonb))`;
	return db.execute<CandidateRow>(sql`
		with asked as materialized (
			select query::tsquery as query, idf::float8 as idf
			from unnest(${textList(queries)}::text[], ${textList(terms.map(({ idf }) => String(idf)))}::text[])
				as term(query, idf)
		), candidate as (
			select p.*, articles.slug, articles.locale,
				(select coalesce(sum(idf), 0) from asked where p.search @@ asked.query) as rough
			from article_passages p join articles on articles.id = p.article_id
			where p.id in (
					select p.id from article_passages p where ${hasTerm}
					union select p.id from article_passages p where ${isNear}
				) and p.config = ${config} and ${readableBy(readers)}
			order by ${isNear} desc, rough desc, p.id
			limit ${MAX_CANDIDATES}
		)
		select id, article_id, slug, locale, title, heading, anchor, body, content_hash, intents,
			search::text as vector,
			exists (select from passage_vectors v where v.model = ${model}
				and v.content_hash = candidate.content_hash and v.vector is not null) as has_embedding
		from candidate`);
}

/**
 * The cosine similarity of a passage to the question. A passage that is not among the compared ones gets the lowest of
 * their similarities; null when no similarity is known.
 */
function similarityOf(hash: string, similarities: Map<string, number>): number | null {
	if (similarities.size === 0) return null;
	return similarities.get(hash) ?? Math.min(...similarities.values());
}
