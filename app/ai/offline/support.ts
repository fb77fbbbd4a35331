import type { PassageSearch } from "#app/models/article-search.server.ts";
import type { IntentGuess } from "../intent/classify.server.ts";

/**
 * Whether the best passage found answers a question, or is only something alike. A logistic model of six signs,
 * fitted to 140 questions to three invented shops (a third of them with no answer there) and judged on others:
 * docs/decisions/014-retrieval.md. None of the signs is a word of a shop.
 */
const WEIGHTS = {
	coverage: 1.52,
	score: 2.5,
	storeIntent: 1.36,
	otherIntent: -0.68,
	met: 1.4,
	unmetOffer: -2.97,
};
const BIAS = -3.73;
/** Set so that at least nine of ten questions without an answer are declined. */
const LEAST_LIKELY = 0.55;
/** Scores grow with the rarity of words, and that with the knowledge; the model was fitted at this rarity. */
const FITTED_RARITY = 4.5;

/** Intents that any text about buying may be taken for. */
const VAGUE = new Set(["other", "product_info", "promotion", "greeting", "thanks", "goodbye"]);

/** Asks whether the store does or has something: then that something must be met. */
const ASKS_OFFER =
	/\b(?:do|will|can|could|would) you (?:\w+ )?(?:sell|buy|rent|hire|lend|keep|stock|do|have|offer|make|build|repair|fix|print|teach|design|sponsor)\b|\b(?:hiring|vacanc\w+|jobs?)\b/i;
/**
 * Where the intent says nothing, half of what was asked is not enough: "does the X come in red" is not answered by
 * whatever else is known of X.
 */
const LEAST_COVERED_WHEN_VAGUE = 0.51;
const TELLING = 0.9;
const MOST_MET = 3;

/** @param search of the question; its best passage is judged. */
export function isAnswered(question: string, search: PassageSearch, guess: IntentGuess): boolean {
	const [best] = search.found;
	if (!best) return false;
	const met = best.relevance.met.filter(({ term }) => !term.isTopic);
	// Small change alone ("3 days") or the mere kind of an answer is no subject.
	if (!met.some(({ term, worth, isNamed }) => (!term.isAsked || isNamed) && term.weight * worth >= 0.5))
		return false;
	const isVague = VAGUE.has(guess.intent);
	if (isVague && best.coverage < LEAST_COVERED_WHEN_VAGUE) return false;
	const missed = best.relevance.missed.reduce((sum, term) => sum + term.weight, 0);
	const isUnmetOffer = ASKS_OFFER.test(question) && missed >= TELLING;
	const evidence =
		BIAS +
		WEIGHTS.coverage * best.coverage +
		WEIGHTS.score * Math.log1p((best.score * FITTED_RARITY) / search.rarest) +
		WEIGHTS.storeIntent * (isVague ? 0 : guess.confidence) +
		WEIGHTS.otherIntent * (guess.intent === "other" ? guess.confidence : 0) +
		WEIGHTS.met * (Math.min(met.length, MOST_MET) / MOST_MET) +
		WEIGHTS.unmetOffer * (isUnmetOffer ? 1 : 0);
	return 1 / (1 + Math.exp(-evidence)) >= LEAST_LIKELY;
}
