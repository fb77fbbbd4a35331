import type { PassageSearch } from "#app/models/article-search.server.ts";
import { likelyIntents } from "../intent/classify.server.ts";

/**
 * Whether the best passage found answers a question, or is only something alike. A logistic model of eight signs,
 * fitted to some 650 questions to fifteen invented shops (four in ten with no answer there) and judged on others:
 * docs/decisions/017-offline-answers.md. None of the signs is a word of a shop.
 */
const WEIGHTS = {
	coverage: 2.1,
	score: 1.13,
	storeIntent: 1.58,
	otherIntent: -1.21,
	met: 2.18,
	unmetOffer: -2.32,
	topic: 1.04,
	unknown: -1.25,
};
const BIAS = -4.42;
/** Set so that more than nine of ten questions without an answer are declined. */
const LEAST_LIKELY = 0.52;
/** Scores grow with the rarity of words, and that with the knowledge; the model was fitted at this rarity. */
const FITTED_RARITY = 4.5;

/** Intents that any text about buying may be taken for, and small talk: they speak for no article. */
const VAGUE = new Set(["other", "product_info", "greeting", "thanks", "goodbye"]);

/** Asks whether the store does or has something: then that something must be met. */
const ASKS_OFFER =
	/\b(?:do|will|can|could|would) you (?:\w+ )?(?:sell|buy|rent|hire|lend|keep|stock|do|have|offer|make|build|repair|fix|print|teach|design|sponsor)\b|\b(?:hiring|vacanc\w+|jobs?)\b/i;
const TELLING = 0.9;
const MOST_MET = 3;
const LEAST_COVERED_OF_PRODUCT = 0.51;

/** @param search of the question, with its topics; its best passage is judged. */
export function isAnswered(question: string, { found, terms, rarities, rarest }: PassageSearch): boolean {
	const [best] = found;
	if (!best) return false;
	const met = best.relevance.met.filter(({ term }) => !term.isTopic);
	// Small change alone ("3 days") or the mere kind of an answer is no subject.
	if (!met.some(({ term, worth, isNamed }) => (!term.isAsked || isNamed) && term.weight * worth >= 0.5))
		return false;
	const intents = likelyIntents(question);
	const missed = best.relevance.missed.reduce((sum, term) => sum + term.weight, 0);
	const isUnmetOffer = ASKS_OFFER.test(question) && missed >= TELLING;
	const topic = best.relevance.met.reduce(
		(sum, { term, worth, isNamed }) => sum + (term.isTopic && isNamed ? worth * term.likelihood : 0),
		0,
	);
	let asked = 0;
	let unknown = 0;
	for (const [i, term] of terms.entries()) {
		if (term.isTopic) continue;
		asked += term.weight;
		if (!term.isAsked && (rarities[i] ?? 0) >= rarest) unknown += term.weight;
	}
	// "Does the X come in red" is not answered by whatever else is known of X, when nobody here says "red".
	const isOfProduct = intents[0]?.intent === "product_info";
	if (isOfProduct && unknown >= TELLING && best.coverage < LEAST_COVERED_OF_PRODUCT) return false;
	const evidence =
		BIAS +
		WEIGHTS.coverage * best.coverage +
		WEIGHTS.score * Math.log1p((best.score * FITTED_RARITY) / rarest) +
		WEIGHTS.storeIntent * shareOf(intents, (intent) => !VAGUE.has(intent)) +
		WEIGHTS.otherIntent * shareOf(intents, (intent) => intent === "other") +
		WEIGHTS.met * (Math.min(met.length, MOST_MET) / MOST_MET) +
		WEIGHTS.unmetOffer * (isUnmetOffer ? 1 : 0) +
		WEIGHTS.topic * Math.min(1, topic) +
		WEIGHTS.unknown * (unknown / Math.max(asked, 1e-9));
	return 1 / (1 + Math.exp(-evidence)) >= LEAST_LIKELY;
}

function shareOf(intents: ReturnType<typeof likelyIntents>, isMeant: (intent: string) => boolean): number {
	return intents.reduce((sum, { intent, likelihood }) => sum + (isMeant(intent) ? likelihood : 0), 0);
}
