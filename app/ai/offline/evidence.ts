import type { PassageSearch } from "#app/models/article/search.server.ts";
import modelFile from "./evidence.model.json" with { type: "json" };

/**
 * Decides whether the best passage of a search answers the question, or is only similar to it. A wrong passage is worse
 * than "I don't know". The model is a logistic regression over six signals; `npm run evidence:train` fits it on the test
 * stores, and docs/decisions/008-retrieval.md has the measurements.
 */

/** What speaks for and against the best passage. */
export type Signals = {
	/** Share of the question's words that the passage contains, weighted by their idf. */
	coverage: number;
	/** Logarithm of the BM25 score, relative to the idf of an unknown word, so that the number of articles hardly matters. */
	words: number;
	/** Cosine similarity of question and passage. */
	similarity: number;
	/** How likely question and passage have the same intent. */
	agreement: number;
	/** Share of the question's words that no article contains, weighted by their idf. */
	unknown: number;
	/** Number of the question's words that the passage contains. */
	matched: number;
	/** Log-odds that the message is one for a store's support, divided by 5 to be in the range of the other signals. */
	scope: number;
};

/** The signals that the model weighs; the number of matched words is a rule of its own. */
export type WeighedSignal = Exclude<keyof Signals, "matched">;

/** The fitted model as stored in `evidence.model.json`. */
export type EvidenceModelFile = {
	weights: Record<WeighedSignal, number>;
	bias: number;
	/** Smallest log-odds of an answer. */
	threshold: number;
	/** Shares on stores that the model was not fitted on, one store after the other. */
	measured: { answered: number; declined: number };
};

/**
 * A passage that shares no word with the question is not about it. One that shares a single word answers it only with
 * this coverage, or with this agreement of intents: "does the X come in red" is not answered by whatever else is known about X. On the test stores the rule
 * declines half of the other questions that were answered, and a tenth of the questions with an answer, for which the
 * article is then offered as a guess.
 */
const MIN_COVERAGE_OF_ONE_WORD = 0.5;
const MIN_AGREEMENT_OF_ONE_WORD = 0.25;
/** Similarity and scope that speak neither for nor against, for a question without an embedding. */
const TYPICAL_SIMILARITY = 0.45;
const SCOPE_FACTOR = 1 / 5;

/**
 * Reads the signals of a search's best passage.
 * @param scope log-odds of the question, from `scoreScope`; null when the question has no embedding.
 * @returns null when nothing was found.
 */
export function readSignals({ found, terms, maxIdf }: PassageSearch, scope: number | null): Signals | null {
	const [best] = found;
	if (!best) return null;
	const total = terms.reduce((sum, { idf }) => sum + idf, 0);
	const unknown = terms.reduce((sum, { idf }) => sum + (idf >= maxIdf ? idf : 0), 0);
	return {
		coverage: best.coverage,
		words: Math.log1p((4 * best.match.score) / maxIdf),
		similarity: best.similarity ?? TYPICAL_SIMILARITY,
		agreement: best.agreement,
		unknown: total > 0 ? unknown / total : 1,
		matched: best.match.matched,
		scope: (scope ?? 0) * SCOPE_FACTOR,
	};
}

/** How much speaks for an answer with these signals: the log-odds above the threshold; an answer needs at least 0. */
export function weighEvidence(signals: Signals, model: EvidenceModelFile = modelFile): number {
	let sum = model.bias - model.threshold;
	for (const [signal, weight] of Object.entries(model.weights))
		sum += weight * signals[signal as WeighedSignal];
	const { matched, coverage, agreement } = signals;
	if (matched === 0) return Number.NEGATIVE_INFINITY;
	const isEnough =
		matched > 1 || coverage >= MIN_COVERAGE_OF_ONE_WORD || agreement >= MIN_AGREEMENT_OF_ONE_WORD;
	return isEnough ? sum : Math.min(sum, UNCERTAIN);
}

/** Evidence of a passage that is similar but shares too few words: too little for an answer, enough for a guess. */
const UNCERTAIN = -0.1;
