import { asc, inArray, sql } from "drizzle-orm";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import { ENGLISH, searchConfig } from "#app/models/search/languages.ts";
import { fuse, type Meaning, nearestContents, nearestPassages } from "#app/models/search/meaning.server.ts";
import { readPlainQuestion } from "#app/models/search/plain-question.server.ts";
import { readQuestion, speaksOfAbroad, type Topic } from "#app/models/search/question.server.ts";
import { judge, missedWeight, type Relevance, titleShare } from "#app/models/search/relevance.ts";
import type { Term } from "#app/models/search/term.ts";
import { termQuery, textList, weighTerms } from "#app/models/search/term-queries.server.ts";
import { parseTextVector } from "#app/models/search/text-vector.ts";
import { db } from "#db/client.server.ts";
import { articlePassages } from "#db/schema.ts";
import { articleUrl } from "./address.ts";
import { type Readers, readableBy } from "./readers.server.ts";

/** The terms of the question, how rare each is, and each passage's judgement, for whoever quotes from it. */
export type PassageSearch = {
	terms: Term[];
	rarities: number[];
	/** Rarity of a word that no passage says, the measure of the others. */
	rarest: number;
	found: JudgedPassage[];
};

/** A passage with what its score was made of. */
type JudgedPassage = FoundPassage & {
	relevance: Relevance;
	/** Its score by words alone. */
	words: number;
	/** How like the question it is in meaning (a cosine); null where that is not known. */
	likeness: number | null;
};

/** Postgres hands over this many by a rough score; ranking them exactly is then a matter of a millisecond. */
const CANDIDATES = 120;
/** A framing word finds texts only where fewer than a quarter of them have it, or it would find them all. */
const LEAST_RARITY_OF_FRAME = Math.log(4);
/** What the article's other matching passages add: two good passages are a better sign than one. */
const SIBLING_SHARE = 0.15;

/** What it adds when the question says the article's whole title, and when the passage opens its article. */
const TITLE_SHARE = 0.3;
const OPENING_SHARE = 0.08;
/** What it adds when the passage itself says what was asked, and not the title above all of them. */
const TOLD_SHARE = 0.2;
/**
 * What is left of a text about other countries when the question speaks of none: "can I send it back" is answered
 * by the rule for everybody, however often the other text says "return".
 */
const UNASKED_ABROAD = 0.7;
/**
 * How much a likeness in meaning counts beside words: what is 0.1 more alike may have half less in words. Both it and
 * what every passage has to begin with were fitted on the shops of docs/decisions/008.
 */
const LIKENESS_POWER = 4;
const BEGINNING = 1 / 3;
/** Of passages that are somewhat about the same, so that a likeness neither lifts nor lowers the score by itself. */
const TYPICAL_LIKENESS = 0.4;
/** Passages that are weighed for their meaning, and of these the ones that need not have any of the words. */
const NEAR = 200;
const NEAREST = 20;
/** What a term is worth that only a sibling passage speaks of. */
const SIBLING_COVER = 0.6;

/** Passages of the named articles that are read whole; of a longer text the search chooses. */
const MOST_PASSAGES = 90;

/** The passages of some articles in their order, the first ninety. */
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
		.limit(MOST_PASSAGES);
}

type Row = {
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
	/** Whether its meaning is known yet: vectors are made in the minute after an import. */
	has_meaning: boolean;
	vector: string;
};

/** Who searches, and what is known of the question besides its words. */
export type SearchOptions = {
	/** The reader's language, BCP 47: articles in it come first among equals. */
	locale?: string;
	readers?: Readers;
	/** What the question is likely about besides its words. */
	topics?: Topic[];
	/** What the question means; without it only words are searched. */
	meaning?: Meaning | null;
};

/** What an article in the reader's own language is worth beside one in another. */
const OWN_LANGUAGE = 1.5;

/**
 * Finds the passages that speak of what a question asks, in every language there are articles in: by words,
 * ranked by BM25F times the share of the question that is covered, and by meaning where that is given.
 * @param limit most passages returned.
 */
export async function searchPassages(
	query: string,
	limit: number,
	{ locale, readers = "customers", topics, meaning }: SearchOptions = {},
): Promise<FoundPassage[]> {
	const own = locale === undefined ? null : searchConfig(locale);
	const configs = await listConfigs();
	const searches = await Promise.all(
		configs.map((config) => findPassages(query, { limit: CANDIDATES, config, readers, topics, meaning })),
	);
	const byWords = searches.flatMap(({ found, rarest }, i) =>
		found.map(({ relevance: _r, words: _w, likeness: _l, ...passage }): FoundPassage => {
			// Rarity, and with it the score, grows with the number of passages in the language.
			const share = own !== null && configs[i] === own ? OWN_LANGUAGE : 1;
			return { ...passage, score: (passage.score * share) / rarest };
		}),
	);
	byWords.sort((a, b) => b.score - a.score || a.id - b.id);
	if (!meaning || meaning.isBuiltIn) return byWords.slice(0, limit);
	const byMeaning = await nearestPassages(meaning, { limit: CANDIDATES, readers });
	return fuse([byWords, byMeaning], (passage) =>
		own !== null && searchConfig(passage.locale) === own ? OWN_LANGUAGE : 1,
	).slice(0, limit);
}

/** The configurations that some passage was stemmed with. */
export async function listConfigs(): Promise<string[]> {
	const rows = await db.selectDistinct({ config: articlePassages.config }).from(articlePassages);
	return rows.map(({ config }) => config).sort();
}

/**
 * Searches the passages of one language by words, with the reasons: the terms of the question and what each
 * passage met of them. In English these are its telling words, their kin, and what a misspelt one was meant to be.
 * @param options.topics what the question's intent makes likely in the right passage; for English only.
 * @param options.config the language's configuration, see `searchConfig`.
 * @param options.meaning finds English passages by meaning too when it is of the built-in model.
 */
export async function findPassages(
	query: string,
	options: {
		limit: number;
		topics?: Topic[];
		config?: string;
		readers?: Readers;
		meaning?: Meaning | null;
	},
): Promise<PassageSearch> {
	const { limit, topics = [], config = ENGLISH, readers = "customers", meaning } = options;
	const terms =
		config === ENGLISH ? await readQuestion(query, topics) : await readPlainQuestion(query, config);
	const { rarities, rarest } = await weighTerms(terms, "articles", config);
	const queries = terms.map((term, i) => ({
		query: termQuery(term),
		weight: term.weight * (rarities[i] ?? 0),
	}));
	const usable = queries.filter(
		({ query }, i) =>
			query !== "" && (terms[i]?.likelihood !== 0 || (rarities[i] ?? 0) >= LEAST_RARITY_OF_FRAME),
	);
	const likenesses =
		meaning?.isBuiltIn && config === ENGLISH
			? await nearestContents(meaning, NEAR)
			: new Map<string, number>();
	const nearest = [...likenesses.keys()].slice(0, NEAREST);
	if (usable.length === 0 && nearest.length === 0) return { terms, rarities, rarest, found: [] };
	const hasWords =
		usable.length > 0
			? sql`p.search @@ ${usable.map(({ query }) => `(${query})`).join(" | ")}::tsquery`
			: sql`false`;
	const isNear = sql`p.content_hash in (select jsonb_array_elements_text(${JSON.stringify(nearest)}::jsonb))`;
	const rows = await db.execute<Row>(sql`
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
			limit ${CANDIDATES}
		)
		select id, article_id, slug, locale, title, heading, anchor, position, body, content_hash,
			search::text as vector,
			exists (select from passage_vectors v where v.model = ${meaning?.model ?? ""}
				and v.content_hash = candidate.content_hash and v.vector is not null) as has_meaning
		from candidate`);
	// Candidates are compared by one measure: by words alone while one of them has no vector.
	const known = rows.every((row) => row.has_meaning) ? likenesses : new Map<string, number>();

	const judged = rows.map((row) => {
		const plain = `${row.title} ${row.heading} ${row.body}`;
		const vector = parseTextVector(row.vector);
		return {
			row,
			relevance: judge(terms, rarities, { vector, plain, heading: row.heading }),
			title: titleShare(terms, vector),
		};
	});
	for (const { row, relevance } of judged) {
		const siblings = judged
			.filter((other) => other.row.article_id === row.article_id)
			.map((other) => other.relevance);
		creditSiblings(relevance, siblings);
	}
	const asksAbroad = config !== ENGLISH || speaksOfAbroad(terms);
	const ranked = judged.map(({ row, relevance, title }) => {
		const opening = row.position === 0 ? OPENING_SHARE : 0;
		const told = relevance.asked > 0 ? (TOLD_SHARE * relevance.told) / relevance.asked : 0;
		const own =
			(isOfAbroad(row) && !asksAbroad ? UNASKED_ABROAD : 1) *
			relevance.score *
			(0.4 + 0.6 * relevance.coverage) *
			(1 + TITLE_SHARE * title + opening + told);
		return { row, relevance, own };
	});
	const byArticle = new Map<string, number>();
	for (const { row, own } of ranked)
		byArticle.set(row.article_id, (byArticle.get(row.article_id) ?? 0) + own);
	const found = ranked.map(({ row, relevance, own }): JudgedPassage => {
		// A long article must not win by its length alone, so that siblings count with a falling share.
		const siblings = (byArticle.get(row.article_id) ?? own) - own;
		const words = own + SIBLING_SHARE * Math.min(siblings, own);
		const likeness = likenessOf(row.content_hash, known);
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
				likeness === null
					? words
					: (words + BEGINNING * rarest) * Math.exp(LIKENESS_POWER * (likeness - TYPICAL_LIKENESS)),
			coverage: relevance.coverage,
			relevance,
			words,
			likeness,
		};
	});
	found.sort((a, b) => b.score - a.score || a.id - b.id);
	return { terms, rarities, rarest, found: found.slice(0, limit) };
}

/** A content that is not among the nearest is at most as like as the last of them; null when none is known. */
function likenessOf(hash: string, likenesses: Map<string, number>): number | null {
	if (likenesses.size === 0) return null;
	return likenesses.get(hash) ?? Math.min(...likenesses.values());
}

/** Whether its headings say that a text is about other countries. */
const isOfAbroad = ({ title, heading }: Row): boolean =>
	/\b(?:international|abroad|overseas|foreign countr\w+|other countries)\b/i.test(`${title} ${heading}`);

/** A term that another passage of the same article speaks of is met in part: the article is about it too. */
function creditSiblings(relevance: Relevance, siblings: Relevance[]) {
	if (relevance.asked === 0) return;
	const inArticle = new Set(siblings.flatMap((sibling) => sibling.met.map(({ term }) => term)));
	for (const term of relevance.missed) {
		// A rule must stand in the passage itself: what is said of sofas abroad is not how to return one.
		if (!inArticle.has(term) || term.isPolicy || (relevance.isRule && term.isObject)) continue;
		relevance.coverage += (SIBLING_COVER * missedWeight(term, relevance.isRule)) / relevance.asked;
	}
}
