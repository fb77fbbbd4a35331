import type { Term } from "./term.ts";
import { occurrencesOf, type TextVector } from "./text-vector.ts";
import { COMMON_WEIGHT } from "./vocabulary.ts";

/**
 * Constants of BM25F (Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009): the usual k1, little
 * length correction because passages have similar lengths, and field weights in which a title counts more than the
 * body.
 */
const BM25_K1 = 1.2;
const BM25_B = 0.4;
const FIELD_WEIGHT = { A: 2.2, B: 1.8, C: 1 } as const;
const TYPICAL_LENGTH = 70;
const SYNONYM_SHARE = 0.5;
/** Minimum weight of a synonym in a title that counts as naming the text's subject. */
const MIN_NAMING_WEIGHT = 0.8;

/**
 * What the second word of a name adds to the coverage when another requested word is missing: in "does the X Y come
 * in red" the two words are one subject, and red is half of the question.
 */
const SECOND_NAME_WORD_SHARE = 0.5;

/**
 * Weight of a missing word such as "my dog": less than a subject, but enough that "can you hem my jeans" does not
 * match every hem.
 */
const OWN_THING_WEIGHT = 0.65;

export type Relevance = {
	/** BM25F score, for ranking only; its size depends on the articles. */
	score: number;
	/** Coverage, from 0 to 1: the share of the question's subject that the text contains. */
	coverage: number;
	/** Matched terms, with the weight of the match (0 to 1). */
	met: { term: Term; matchWeight: number; isNamed: boolean }[];
	missed: Term[];
	/** Whether the title or heading names a rule of the store that the question asks about. */
	isRule: boolean;
	/** Total weight of which `coverage` is a share. */
	asked: number;
	/** Body match: weight of the terms that the passage itself contains, not only its title. */
	bodyMatch: number;
};

/** The BM25 idf of a term that `matching` of `total` texts contain; never negative. */
export function termIdf(matching: number, total: number): number {
	return Math.log(1 + (total - matching + 0.5) / (matching + 0.5));
}

/** How a text matches one term: weight 0 to 1, weighted frequency, and whether a title or heading contains it. */
function matchTerm(term: Term, vector: TextVector, plain: string) {
	let matchWeight = 0;
	let frequency = 0;
	let isNamed = false;
	let isInBody = false;
	for (const alternative of term.alternatives) {
		const places = occurrencesOf(alternative.phrase, vector);
		if (places.length === 0) continue;
		matchWeight = Math.max(matchWeight, alternative.matchWeight);
		for (const place of places) {
			// Many synonyms together must not outweigh the word itself.
			frequency +=
				(alternative.matchWeight === 1 ? 1 : SYNONYM_SHARE * alternative.matchWeight) *
				FIELD_WEIGHT[place.field];
			if (place.field !== "A") isInBody = true;
			if (place.field !== "C" && alternative.matchWeight >= MIN_NAMING_WEIGHT) isNamed = true;
		}
	}
	for (const { pattern, matchWeight: patternWeight } of term.patterns) {
		if (matchWeight >= patternWeight || !pattern.test(plain)) continue;
		matchWeight = patternWeight;
		frequency += patternWeight;
		isInBody = true;
	}
	return { matchWeight, frequency, isNamed, isInBody };
}

/** A text to judge: its stems, its plain text for patterns, and its heading. */
export type JudgedText = { vector: TextVector; plain: string; heading: string };

/** Factor for a heading such as "How long it takes" and a question that begins with "how long". */
const ASKED_IN_HEADING = 3;

/** Judges one text for a question. @param idfs the idf of each term, from `rarity`. */
export function judge(terms: Term[], idfs: number[], text: JudgedText): Relevance {
	const { vector, plain } = text;
	const heading = text.heading.toLowerCase();
	let length = 0;
	for (const places of vector.values()) length += places.length;
	const longness = 1 - BM25_B + BM25_B * (length / TYPICAL_LENGTH);
	let score = 0;
	const met: Relevance["met"] = [];
	const missed: Term[] = [];
	let covered = 0;
	let asked = 0;
	let isRule = false;
	let wasMet = false;
	let bodyMatchWeight = 0;
	for (const [i, term] of terms.entries()) {
		const { matchWeight, frequency, isNamed, isInBody } = matchTerm(term, vector, plain);
		const isSecond = wasMet && term.isNext && !term.isAsked;
		wasMet = matchWeight > 0;
		if (matchWeight === 0) {
			if (!term.isTopic) missed.push(term);
			continue;
		}
		const isHeaded = term.isAsked && heading.includes(term.label.split(" ").slice(0, 2).join(" "));
		const saturated = (frequency + (isHeaded ? ASKED_IN_HEADING : 0)) / longness;
		score +=
			matchWeight * term.weight * (idfs[i] ?? 1) * ((saturated * (BM25_K1 + 1)) / (saturated + BM25_K1));
		met.push({ term, matchWeight, isNamed });
		// Topic terms affect the ranking only, not the coverage.
		if (term.isTopic) continue;
		if (isInBody) bodyMatchWeight += term.weight;
		const weight = isSecond ? term.weight * SECOND_NAME_WORD_SHARE : term.weight;
		if (isNamed && term.isPolicy && matchWeight >= MIN_NAMING_WEIGHT) isRule = true;
		asked += weight;
		covered += weight * matchWeight;
	}
	for (const term of missed) asked += missingTermCost(term, isRule);
	return {
		score,
		coverage: asked > 0 ? covered / asked : 0,
		met,
		missed,
		isRule,
		asked,
		bodyMatch: bodyMatchWeight,
	};
}

/** The coverage that a missing term costs: little when it only says which product a rule is applied to. */
export function missingTermCost(term: Term, isRule: boolean): number {
	if (isRule && term.isObject) return Math.min(term.weight, COMMON_WEIGHT);
	return term.isOwn ? Math.min(term.weight, OWN_THING_WEIGHT) : term.weight;
}

/** Stems that do not narrow a title: "Delivery times and costs" is about delivery. */
const TITLE_FILLERS = new Set(
	"time cost polici inform faq question option term condit overview detail guid help general price fee order item product".split(
		" ",
	),
);

/** The share of a text's title that the question's terms contain, from 0 to 1. */
export function titleShare(terms: Term[], vector: TextVector): number {
	const title = [...vector].filter(
		([stem, places]) => !TITLE_FILLERS.has(stem) && places.some((place) => place.field === "A"),
	);
	const said = title.filter(([stem]) =>
		terms.some((term) =>
			term.alternatives.some(
				({ phrase, matchWeight }) =>
					matchWeight >= MIN_NAMING_WEIGHT && phrase.some((part) => part.stem === stem),
			),
		),
	);
	return title.length > 0 ? said.length / title.length : 0;
}
