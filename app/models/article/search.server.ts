import { asc, inArray, sql } from "drizzle-orm";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import { ENGLISH, searchConfig } from "#app/models/search/languages.ts";
import {
	fuseRankings,
	nearestContents,
	nearestPassages,
	type QuestionEmbedding,
} from "#app/models/search/meaning.server.ts";
import { readPlainQuestion } from "#app/models/search/plain-question.server.ts";
import { asksAboutAbroad, readQuestion, type Topic } from "#app/models/search/question.server.ts";
import { judge, missingTermCost, type Relevance, titleShare } from "#app/models/search/relevance.ts";
import type { Term } from "#app/models/search/term.ts";
import { computeTermIdfs, termQuery, textList } from "#app/models/search/term-queries.server.ts";
import { parseTextVector } from "#app/models/search/text-vector.ts";
import { db } from "#db/client.server.ts";
import { articlePassages } from "#db/schema.ts";
import { type ArticleReaders, readableBy } from "./readers.server.ts";
import { articleUrl } from "./slug.ts";

/**
 * A search's terms, the idf of each term, and the found passages with the parts of their scores, for code that quotes
 * from the passages.
 */
export type PassageSearch = {
	terms: Term[];
	idfs: number[];
	/** The idf of a term that no passage contains: the highest possible idf, as a reference for the others. */
	maxIdf: number;
	found: JudgedPassage[];
};

/** A passage with the parts of its score. */
type JudgedPassage = FoundPassage & {
	relevance: Relevance;
	/** The passage's score from term matches alone. */
	termScore: number;
	/** Cosine similarity of the passage's embedding to the question's; null when unknown. */
	similarity: number | null;
};

/**
 * Number of candidate passages that Postgres returns by a rough score. Ranking them exactly takes about a millisecond.
 */
const MAX_CANDIDATES = 120;
/**
 * Minimum idf of a topic's term that selects passages. A term with this idf is in fewer than a quarter of the passages.
 */
const MIN_TOPIC_IDF = Math.log(4);
/** Share of the scores of an article's other matching passages that is added to a passage's score. */
const SIBLING_SHARE = 0.15;

/**
 * Shares that are added to a passage's score: when the question contains the article's whole title (TITLE_SHARE), and
 * for the article's first passage (OPENING_SHARE).
 */
const TITLE_SHARE = 0.3;
const OPENING_SHARE = 0.08;
/** Share that is added to a passage's score when the passage's text, not only its title, matches the question. */
const BODY_MATCH_SHARE = 0.2;
/**
 * Factor on the score of passages about other countries when the question does not mention one. For "can I send it
 * back" the general rule must win, even if a passage about other countries repeats "return" more often.
 */
const UNASKED_ABROAD_FACTOR = 0.7;
/**
 * Exponent of the cosine similarity in a passage's score. It was fitted together with BASE_SCORE on the test stores of
 * docs/decisions/008.
 */
const SIMILARITY_EXPONENT = 4;
const BASE_SCORE = 1 / 3;
/**
 * Cosine similarity of a passage that is roughly on the question's topic. At this value the similarity neither raises
 * nor lowers the passage's score.
 */
const TYPICAL_SIMILARITY = 0.4;
/**
 * Numbers of passages that are compared with the question by embedding, and of those among them that need not match any
 * term.
 */
const MAX_COMPARED_EMBEDDINGS = 200;
const MAX_WITHOUT_TERM_MATCH = 20;
/** Share of the coverage for a term that only another passage of the article contains. */
const SIBLING_COVERAGE = 0.6;

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

type PassageRow = {
	id: string | number;
	article_id: string;
	slug: string;
	locale: string;
	title: string;
	heading: string;
	anchor: string | null;
	position: number;
	body: string;
	content_hash: string;
	/** Whether the passage has an embedding. Embeddings are made within a minute after an import. */
	has_meaning: boolean;
	vector: string;
};

/** For whom a search is, and what is known about the question besides its terms. */
export type SearchOptions = {
	/** The reader's language, BCP 47; articles in this language are preferred. */
	locale?: string;
	readers?: ArticleReaders;
	/** Topics that the question is likely about; they add search words. */
	topics?: Topic[];
	/** The question's embedding; without it the search matches only terms. */
	meaning?: QuestionEmbedding | null;
};

/** Factor on the score of articles in the reader's own language. */
const OWN_LANGUAGE_FACTOR = 1.5;

/**
 * Finds passages for a question in every language that has articles: by terms, ranked by BM25F times the coverage, and
 * by embedding, if the question's embedding is given.
 * @param limit maximum number of passages.
 */
export async function searchPassages(
	query: string,
	limit: number,
	{ locale, readers = "customers", topics, meaning }: SearchOptions = {},
): Promise<FoundPassage[]> {
	const own = locale === undefined ? null : searchConfig(locale);
	const configs = await listConfigs();
	const searches = await Promise.all(
		configs.map((config) => findPassages(query, { limit: MAX_CANDIDATES, config, readers, topics, meaning })),
	);
	const byWords = searches.flatMap(({ found, maxIdf }, i) =>
		found.map(({ relevance: _r, termScore: _w, similarity: _l, ...passage }): FoundPassage => {
			// The idf, and with it a passage's score, grows with the number of passages in the language, so scores are divided
			// by the highest idf.
			const share = own !== null && configs[i] === own ? OWN_LANGUAGE_FACTOR : 1;
			return { ...passage, score: (passage.score * share) / maxIdf };
		}),
	);
	byWords.sort((a, b) => b.score - a.score || a.id - b.id);
	if (!meaning || meaning.isBuiltIn) return byWords.slice(0, limit);
	const byMeaning = await nearestPassages(meaning, { limit: MAX_CANDIDATES, readers });
	return fuseRankings([byWords, byMeaning], (passage) =>
		own !== null && searchConfig(passage.locale) === own ? OWN_LANGUAGE_FACTOR : 1,
	).slice(0, limit);
}

/** The text search configurations (one for each language) that the stored passages use. */
export async function listConfigs(): Promise<string[]> {
	const rows = await db.selectDistinct({ config: articlePassages.config }).from(articlePassages);
	return rows.map(({ config }) => config).sort();
}

/**
 * Searches the passages of one language by terms, and returns the terms and the matching passages. In English the terms
 * include synonyms and corrected misspellings.
 * @param options.topics topics that the question's intent makes likely; for English only.
 * @param options.config the language's text search configuration, see `searchConfig`.
 * @param options.meaning embedding of the question by the built-in encoder; finds English passages by similarity too.
 */
export async function findPassages(
	query: string,
	options: {
		limit: number;
		topics?: Topic[];
		config?: string;
		readers?: ArticleReaders;
		meaning?: QuestionEmbedding | null;
	},
): Promise<PassageSearch> {
	const { limit, topics = [], config = ENGLISH, readers = "customers", meaning } = options;
	const terms =
		config === ENGLISH ? await readQuestion(query, topics) : await readPlainQuestion(query, config);
	const { idfs, maxIdf } = await computeTermIdfs(terms, "articles", config);
	const queries = terms.map((term, i) => ({
		query: termQuery(term),
		weight: term.weight * (idfs[i] ?? 0),
	}));
	const usable = queries.filter(
		({ query }, i) => query !== "" && (terms[i]?.likelihood !== 0 || (idfs[i] ?? 0) >= MIN_TOPIC_IDF),
	);
	const similarities =
		meaning?.isBuiltIn && config === ENGLISH
			? await nearestContents(meaning, MAX_COMPARED_EMBEDDINGS)
			: new Map<string, number>();
	const nearest = [...similarities.keys()].slice(0, MAX_WITHOUT_TERM_MATCH);
	if (usable.length === 0 && nearest.length === 0) return { terms, idfs, maxIdf, found: [] };
	const hasWords =
		usable.length > 0
			? sql`p.search @@ ${usable.map(({ query }) => `(${query})`).join(" | ")}::tsquery`
			: sql`false`;
	const isNear = sql`p.content_hash in (select jsonb_array_elements_text(${JSON.stringify(nearest)}::jsonb))`;
	const rows = await db.execute<PassageRow>(sql`
		with asked as materialized (
			select query::tsquery as query, weight::float8 as weight
			from unnest(${textList(usable.map(({ query }) => query))}::text[],
				${textList(usable.map(({ weight }) => String(weight)))}::text[]) as t(query, weight)
		), candidate as (
			select p.*, articles.slug, articles.locale,
				(select coalesce(sum(weight), 0) from asked where p.search @@ asked.query) as rough
			from article_passages p join articles on articles.id = p.article_id
			where p.id in (
					select p.id from article_passages p where ${hasWords}
					union select p.id from article_passages p where ${isNear}
				) and p.config = ${config} and ${readableBy(readers)}
			order by ${isNear} desc, rough desc, p.id
			limit ${MAX_CANDIDATES}
		)
		select id, article_id, slug, locale, title, heading, anchor, position, body, content_hash,
			search::text as vector,
			exists (select from passage_vectors v where v.model = ${meaning?.model ?? ""}
				and v.content_hash = candidate.content_hash and v.vector is not null) as has_meaning
		from candidate`);
	// All candidate passages are scored by one measure: by terms alone while one of the passages has no embedding.
	const known = rows.every((row) => row.has_meaning) ? similarities : new Map<string, number>();

	const judged = rows.map((row) => {
		const plain = `${row.title} ${row.heading} ${row.body}`;
		const vector = parseTextVector(row.vector);
		return {
			row,
			relevance: judge(terms, idfs, { vector, plain, heading: row.heading }),
			title: titleShare(terms, vector),
		};
	});
	for (const { row, relevance } of judged) {
		const siblings = judged
			.filter((other) => other.row.article_id === row.article_id)
			.map((other) => other.relevance);
		addCoverageOfSameArticle(relevance, siblings);
	}
	const asksAbroad = config !== ENGLISH || asksAboutAbroad(terms);
	const ranked = judged.map(({ row, relevance, title }) => {
		const opening = row.position === 0 ? OPENING_SHARE : 0;
		const bodyMatch = relevance.asked > 0 ? (BODY_MATCH_SHARE * relevance.bodyMatch) / relevance.asked : 0;
		const own =
			(isPassageAboutAbroad(row) && !asksAbroad ? UNASKED_ABROAD_FACTOR : 1) *
			relevance.score *
			(0.4 + 0.6 * relevance.coverage) *
			(1 + TITLE_SHARE * title + opening + bodyMatch);
		return { row, relevance, own };
	});
	const byArticle = new Map<string, number>();
	for (const { row, own } of ranked)
		byArticle.set(row.article_id, (byArticle.get(row.article_id) ?? 0) + own);
	const found = ranked.map(({ row, relevance, own }): JudgedPassage => {
		// A long article must not win by its length alone, so the scores of its other passages are added only in part.
		const siblings = (byArticle.get(row.article_id) ?? own) - own;
		const termScore = own + SIBLING_SHARE * Math.min(siblings, own);
		const similarity = similarityOf(row.content_hash, known);
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
				similarity === null
					? termScore
					: (termScore + BASE_SCORE * maxIdf) *
						Math.exp(SIMILARITY_EXPONENT * (similarity - TYPICAL_SIMILARITY)),
			coverage: relevance.coverage,
			relevance,
			termScore,
			similarity,
		};
	});
	found.sort((a, b) => b.score - a.score || a.id - b.id);
	return { terms, idfs, maxIdf, found: found.slice(0, limit) };
}

/**
 * The cosine similarity of a passage to the question. A passage that is not among the compared ones gets the lowest of
 * their similarities; null when no similarity is known.
 */
function similarityOf(hash: string, likenesses: Map<string, number>): number | null {
	if (likenesses.size === 0) return null;
	return likenesses.get(hash) ?? Math.min(...likenesses.values());
}

/** Whether the title or heading says that the passage is about other countries. */
const isPassageAboutAbroad = ({ title, heading }: PassageRow): boolean =>
	/\b(?:international|abroad|overseas|foreign countr\w+|other countries)\b/i.test(`${title} ${heading}`);

/** Adds partial coverage to a passage for terms that another passage of the article contains. */
function addCoverageOfSameArticle(relevance: Relevance, siblings: Relevance[]) {
	if (relevance.asked === 0) return;
	const inArticle = new Set(siblings.flatMap((sibling) => sibling.met.map(({ term }) => term)));
	for (const term of relevance.missed) {
		// A policy term such as "return" must be in the passage itself: a text about sofas in other countries does not say
		// how to return one.
		if (!inArticle.has(term) || term.isPolicy || (relevance.isRule && term.isObject)) continue;
		relevance.coverage += (SIBLING_COVERAGE * missingTermCost(term, relevance.isRule)) / relevance.asked;
	}
}
