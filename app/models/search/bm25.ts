import type { Alternative } from "./synonyms.server.ts";
import { occurrencesOf, type TextVector } from "./text-vector.ts";

/**
 * A term of a query: a word or phrase of the question, with its synonyms.
 */
export type QueryTerm = {
	/** The question's own word or phrase (weight 1) first, then its synonyms with lower weights. */
	alternatives: Alternative[];
	/** Inverse document frequency: high for a term that few texts contain. */
	idf: number;
};

/**
 * The usual constants of BM25 (Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009): how soon further
 * occurrences of a term stop counting, and how much long texts are corrected.
 */
const BM25_K1 = 1.2;
const BM25_B = 0.75;
/** Weight of an occurrence of a synonym. Many synonyms together must not outweigh the word itself. */
const SYNONYM_OCCURRENCE = 0.5;

/** How well a text matches a query. */
export type TextMatch = {
	/** BM25 score, comparable within one search. */
	score: number;
	/** Share of the query's terms that the text contains, weighted by their idf; 0 to 1. */
	coverage: number;
	/** Number of terms that the text contains. */
	matched: number;
};

/** The idf of BM25 for a term that `matching` of `total` texts contain; never negative. */
export const termIdf = (matching: number, total: number): number =>
	Math.log(1 + (total - matching + 0.5) / (matching + 0.5));

/** The number of words of a text, without stop words. */
export function textLength(vector: TextVector): number {
	let length = 0;
	for (const occurrences of vector.values()) length += occurrences.length;
	return length;
}

/** Scores a text for a query. @param meanLength mean `textLength` of all texts that are searched. */
export function scoreText(terms: QueryTerm[], vector: TextVector, meanLength: number): TextMatch {
	const lengthFactor = 1 - BM25_B + (BM25_B * textLength(vector)) / Math.max(meanLength, 1);
	let score = 0;
	let covered = 0;
	let total = 0;
	let matched = 0;
	for (const { alternatives, idf } of terms) {
		total += idf;
		let weight = 0;
		let frequency = 0;
		for (const alternative of alternatives) {
			const count = occurrencesOf(alternative.phrase, vector).length;
			if (count === 0) continue;
			weight = Math.max(weight, alternative.weight);
			frequency += count * (alternative.weight === 1 ? 1 : alternative.weight * SYNONYM_OCCURRENCE);
		}
		if (weight === 0) continue;
		matched++;
		covered += weight * idf;
		const saturated = frequency / lengthFactor;
		score += (weight * idf * saturated * (BM25_K1 + 1)) / (saturated + BM25_K1);
	}
	return { score, coverage: total > 0 ? covered / total : 0, matched };
}
