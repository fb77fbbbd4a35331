import type { PassageSearch } from "#app/models/article/search.server.ts";
import { rankIntents } from "../intent/classify.server.ts";

/**
 * Whether the best passage found answers a question, or is only something alike. A logistic model of nine signs,
 * fitted to some 650 questions to fifteen invented shops (four in ten with no answer there) and judged on others:
 * docs/decisions/008-retrieval.md. None of the signs is a word of a shop.
 */
const WEIGHTS = {
	coverage: 1.08,
	score: 1.36,
	storeIntent: 0.98,
	otherIntent: -0.71,
	met: 0.91,
	unmetOffer: -0.98,
	topic: 0.66,
	unknown: -0.92,
	likeness: 0.52,
};
const BIAS = -3.47;
/** Set so that more than nine of ten questions without an answer are declined. */
const LEAST_LIKELY = 0.46;
/** Scores grow with the rarity of words, and that with the knowledge; the model was fitted at this rarity. */
const FITTED_RARITY = 4.5;

/** Where the meaning is not known, as in the first minute after an import, it speaks neither for nor against. */
const TYPICAL_LIKENESS = 0.45;

/** Intents that any text about buying may be taken for, and small talk: they speak for no article. */
const VAGUE = new Set(["other", "product_info", "greeting", "thanks", "goodbye"]);

/** Asks whether the store does or has something: then that something must be met. */
const ASKS_OFFER =
	/\b(?:do|will|can|could|would) you (?:\w+ )?(?:sell|buy|rent|hire|lend|keep|stock|do|have|offer|make|build|repair|fix|print|teach|design|sponsor|tune|insure|cut|recommend|book|plan|write|text|play|translate)\b|\b(?:can|could|may) (?:i|we) (?:rent|hire|borrow|lease)\b|\b(?:hiring|vacanc\w+|jobs?)\b/i;
const TELLING = 0.9;
/** Asks what a thing is or does: "is the X waterproof", "how loud is your X". */
const ASKS_PROPERTY =
	/^(?:(?:hi|hello|hey|so|and|please)[ ,]+)*(?:(?:how|what|which) (?:\w+ )?)?(?:is|are|was|does|do|did|can|could|will|would|has|have) (?:the|this|that|these|those|your)\b/i;
const LEAST_COVERED_OF_PROPERTY = 0.51;
const MOST_MET = 3;
/** Texts this alike speak of the same thing without a word in common. */
const SAME_SUBJECT = 0.5;

/** What speaks for and against the best passage, each from 0 to about 1; null without a passage. */
type Signs = Record<keyof typeof WEIGHTS, number> & {
	hasSubject: boolean;
	isUnknownProperty: boolean;
};

/** @param search of the question, with its topics; its best passage is judged. */
function readSigns(question: string, { found, terms, idfs, maxIdf }: PassageSearch): Signs | null {
	const [best] = found;
	if (!best) return null;
	const met = best.relevance.met.filter(({ term }) => !term.isTopic);
	const intents = rankIntents(question);
	const missed = best.relevance.missed.reduce((sum, term) => sum + term.weight, 0);
	const topic = best.relevance.met.reduce(
		(sum, { term, matchWeight, isNamed }) =>
			sum + (term.isTopic && isNamed ? matchWeight * term.likelihood : 0),
		0,
	);
	let asked = 0;
	let unknown = 0;
	for (const [i, term] of terms.entries()) {
		if (term.isTopic) continue;
		asked += term.weight;
		if (!term.isAsked && (idfs[i] ?? 0) >= maxIdf) unknown += term.weight;
	}
	return {
		coverage: best.coverage,
		score: Math.log1p((best.termScore * FITTED_RARITY) / maxIdf),
		storeIntent: shareOf(intents, (intent) => !VAGUE.has(intent)),
		otherIntent: shareOf(intents, (intent) => intent === "other"),
		met: Math.min(met.length, MOST_MET) / MOST_MET,
		unmetOffer: ASKS_OFFER.test(question) && missed >= TELLING ? 1 : 0,
		topic: Math.min(1, topic),
		unknown: unknown / Math.max(asked, 1e-9),
		likeness: best.similarity ?? TYPICAL_LIKENESS,
		// Small change alone ("3 days") or the mere kind of an answer is no subject.
		hasSubject:
			(best.similarity ?? 0) >= SAME_SUBJECT ||
			met.some(
				({ term, matchWeight, isNamed }) => (!term.isAsked || isNamed) && term.weight * matchWeight >= 0.5,
			),
		// "Is the X red" is not answered by whatever else is known of X, when nobody here says "red".
		isUnknownProperty:
			ASKS_PROPERTY.test(question.trim()) &&
			intents[0]?.intent === "product_info" &&
			unknown >= TELLING &&
			best.coverage < LEAST_COVERED_OF_PROPERTY,
	};
}

/** @param search of the question, with its topics; its best passage is judged. */
export function isAnswered(question: string, search: PassageSearch): boolean {
	const signs = readSigns(question, search);
	if (!signs?.hasSubject || signs.isUnknownProperty) return false;
	let evidence = BIAS;
	for (const [sign, weight] of Object.entries(WEIGHTS))
		evidence += weight * signs[sign as keyof typeof WEIGHTS];
	return 1 / (1 + Math.exp(-evidence)) >= LEAST_LIKELY;
}

function shareOf(intents: ReturnType<typeof rankIntents>, isMeant: (intent: string) => boolean): number {
	return intents.reduce((sum, { intent, likelihood }) => sum + (isMeant(intent) ? likelihood : 0), 0);
}
