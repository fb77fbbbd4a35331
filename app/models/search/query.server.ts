import { sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { type QueryTerm, termIdf } from "./bm25.ts";
import { correctToStems } from "./known-stems.server.ts";
import { ENGLISH } from "./languages.ts";
import { stemTexts } from "./stems.server.ts";
import stopWords from "./stop-words.json" with { type: "json" };
import { loadSynonyms, type SynonymIndex } from "./synonyms.server.ts";
import { phraseKey, phraseOf, phraseQuery, type StemPhrase } from "./text-vector.ts";
import { MIN_TYPO_LENGTH } from "./typos.ts";

/** Maximum number of terms of a question; later words hardly change the result. */
const MAX_TERMS = 60;
/** Longest phrase of the synonyms, in stems. */
const MAX_PHRASE_STEMS = 4;
/** Weight of a single word of a phrase, and of a word that is probably misspelt in the question. */
const PART_OF_PHRASE_WEIGHT = 0.5;
const CORRECTED_WEIGHT = 0.85;

/** The terms of a question for a search in one language. */
export type Query = {
	terms: QueryTerm[];
	/** The idf of a word that no passage contains: the highest possible idf, as a reference for the others. */
	maxIdf: number;
};

/**
 * Reads a question into the terms of a search. English terms include synonyms and corrections of misspelt words.
 * @param config text search configuration of the searched passages, see `searchConfig`.
 */
export async function readQuery(question: string, config: string): Promise<Query> {
	const [vector = new Map()] = await stemTexts([withoutStopWords(question, config)], config);
	const stems = phraseOf(vector);
	const synonyms: SynonymIndex = config === ENGLISH ? await loadSynonyms() : new Map();
	const found = findTerms(stems, synonyms).slice(0, MAX_TERMS);
	const counts = await countPassages(found, config);
	for (const [i, term] of found.entries()) {
		if (config === ENGLISH && counts.matching[i] === 0 && (await correctTerm(term, synonyms))) {
			[counts.matching[i] = 0] = (await countPassages([term], config)).matching;
		}
	}
	const terms = found.map((term, i) => ({ ...term, idf: termIdf(counts.matching[i] ?? 0, counts.total) }));
	return { terms, maxIdf: termIdf(0, counts.total) };
}

/** The term as a Postgres tsquery: any of its alternatives. */
export const termQuery = ({ alternatives }: Pick<QueryTerm, "alternatives">): string =>
	alternatives.map(({ phrase }) => `(${phraseQuery(phrase)})`).join(" | ");

/** A list of texts as one parameter, because the driver cannot infer array types in raw SQL. */
export const textList = (values: string[]) =>
	sql`(select array_agg(value order by place) from jsonb_array_elements_text(${JSON.stringify(values)}::jsonb) with ordinality as list(value, place))`;

/** Removes the words that frame a question in a language other than English, in addition to Postgres's stop words. */
function withoutStopWords(question: string, config: string): string {
	const listed: string = (stopWords as Record<string, string>)[config] ?? "";
	if (listed === "") return question;
	const frame = new Set(listed.split(" "));
	return (
		question
			.normalize("NFC")
			.toLowerCase()
			.replace(/[’‘`]/g, "'")
			.split(/[^\p{L}\p{M}\p{N}'-]+/u)
			// Removes elided articles: "L'article" is about an article.
			.map((word) => word.replace(/^(?:[cdjlmnst]|qu)'/, ""))
			.filter((word) => !frame.has(word))
			.join(" ")
	);
}

type UncountedTerm = Omit<QueryTerm, "idf">;

/** Splits the stems of a question into the longest phrases that have synonyms, and single words. */
function findTerms(stems: StemPhrase, synonyms: SynonymIndex): UncountedTerm[] {
	const terms = new Map<string, UncountedTerm>();
	for (let at = 0; at < stems.length; ) {
		let length = Math.min(MAX_PHRASE_STEMS, stems.length - at);
		while (length > 1 && !isPhrase(stems.slice(at, at + length), synonyms)) length--;
		const own = stems.slice(at, at + length);
		const first = own[0]?.offset ?? 0;
		const phrase = own.map(({ stem, offset }) => ({ stem, offset: offset - first }));
		const parts =
			length > 1
				? own.map(({ stem }) => ({ phrase: [{ stem, offset: 0 }], weight: PART_OF_PHRASE_WEIGHT }))
				: [];
		const key = phraseKey(phrase);
		terms.set(key, { alternatives: [{ phrase, weight: 1 }, ...(synonyms.get(key) ?? []), ...parts] });
		at += length;
	}
	return [...terms.values()];
}

/** Whether stems are a phrase that has synonyms; up to two stop words may stand between them. */
function isPhrase(stems: StemPhrase, synonyms: SynonymIndex): boolean {
	const span = (stems.at(-1)?.offset ?? 0) - (stems[0]?.offset ?? 0);
	return span <= stems.length + 1 && synonyms.has(phraseKey(stems));
}

/** Adds to an unknown word the stems that it is probably a misspelling of. @returns whether there is one. */
async function correctTerm(term: UncountedTerm, synonyms: SynonymIndex): Promise<boolean> {
	const typed = term.alternatives[0]?.phrase[0]?.stem ?? "";
	if (typed.length < MIN_TYPO_LENGTH || /\d/.test(typed)) return false;
	const meant = await correctToStems(typed, "articles");
	for (const stem of meant) {
		const phrase = [{ stem, offset: 0 }];
		const same = (synonyms.get(phraseKey(phrase)) ?? []).map((alternative) => ({
			...alternative,
			weight: alternative.weight * CORRECTED_WEIGHT,
		}));
		term.alternatives.push({ phrase, weight: CORRECTED_WEIGHT }, ...same);
	}
	return meant.length > 0;
}

/** Counts the passages of a language, and those that contain each term. */
async function countPassages(
	terms: UncountedTerm[],
	config: string,
): Promise<{ total: number; matching: number[] }> {
	if (terms.length === 0) return { total: 0, matching: [] };
	const rows = await db.execute<{ total: number; matching: number }>(sql`
		select (select count(*)::int from article_passages where config = ${config}) as total,
			(select count(*)::int from article_passages where config = ${config} and search @@ query::tsquery) as matching
		from unnest(${textList(terms.map(termQuery))}::text[]) with ordinality as asked(query, place)
		order by place`);
	return { total: rows[0]?.total ?? 0, matching: rows.map(({ matching }) => matching) };
}
