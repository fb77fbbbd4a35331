import type { Term } from "./term.ts";
import { occurrencesOf, type TextVector } from "./text-vector.ts";
import { COMMON_WEIGHT } from "./vocabulary.ts";

/**
 * BM25F (Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009): the usual k1, a mild length
 * correction since passages are cut to a like size, and fields weighted so that a title says what a text is
 * about without drowning what it says.
 */
const K1 = 1.2;
const B = 0.4;
const FIELD_WEIGHT = { A: 2.2, B: 1.8, C: 1 } as const;
const TYPICAL_LENGTH = 70;
const KIN_SHARE = 0.5;
/** What a kin in a title must be worth to say what the text is about. */
const NAMING_WORTH = 0.8;

/**
 * What the second word of a name adds to the cover when something else asked for is missing: in "does the X Y
 * come in red" the two words are one subject, and red is still half of the question.
 */
const SECOND_NAME_WORD = 0.5;

/** What a missed "my dog" takes: less than a subject, enough that "can you hem my jeans" is not about any hem. */
const OWN_WEIGHT = 0.65;

export type Relevance = {
	/** BM25F: for ranking only; its size depends on the knowledge base. */
	score: number;
	/** 0 to 1: how much of what the question speaks of, the text speaks of. */
	coverage: number;
	/** Terms met, with how well (0 to 1). */
	met: { term: Term; worth: number; isNamed: boolean }[];
	missed: Term[];
	/** Whether its title or heading names a rule of the store that was asked for. */
	isRule: boolean;
	/** What `coverage` is a share of. */
	asked: number;
	/** Weight of the terms that the passage speaks of itself, not only the title above it. */
	told: number;
};

/** Telling weight of a term met in `matching` of `total` texts (the BM25 idf, never negative). */
export function rarity(matching: number, total: number): number {
	return Math.log(1 + (total - matching + 0.5) / (matching + 0.5));
}

/** How a text meets one term: `worth` 0 to 1, weighted frequency, and whether a title or heading says it. */
export function meets(term: Term, vector: TextVector, plain: string) {
	let worth = 0;
	let frequency = 0;
	let isNamed = false;
	let isTold = false;
	for (const alternative of term.alternatives) {
		const places = occurrencesOf(alternative.phrase, vector);
		if (places.length === 0) continue;
		worth = Math.max(worth, alternative.worth);
		for (const place of places) {
			// Many kin must not outweigh the word itself.
			frequency += (alternative.worth === 1 ? 1 : KIN_SHARE * alternative.worth) * FIELD_WEIGHT[place.field];
			if (place.field !== "A") isTold = true;
			if (place.field !== "C" && alternative.worth >= NAMING_WORTH) isNamed = true;
		}
	}
	for (const { pattern, worth: patternWorth } of term.patterns) {
		if (worth >= patternWorth || !pattern.test(plain)) continue;
		worth = patternWorth;
		frequency += patternWorth;
		isTold = true;
	}
	return { worth, frequency, isNamed, isTold };
}

/** A text to be judged: its stems, itself for the patterns, and its heading. */
export type JudgedText = { vector: TextVector; plain: string; heading: string };

/** "How long it takes" is the very heading for a question that begins with "how long". */
const ASKED_IN_HEADING = 3;

/**
 * Judges one text against a question.
 * @param rarities for each term, from `rarity`.
 */
export function judge(terms: Term[], rarities: number[], text: JudgedText): Relevance {
	const { vector, plain } = text;
	const heading = text.heading.toLowerCase();
	let length = 0;
	for (const places of vector.values()) length += places.length;
	const longness = 1 - B + B * (length / TYPICAL_LENGTH);
	let score = 0;
	const met: Relevance["met"] = [];
	const missed: Term[] = [];
	let covered = 0;
	let asked = 0;
	let isRule = false;
	let wasMet = false;
	let told = 0;
	for (const [i, term] of terms.entries()) {
		const { worth, frequency, isNamed, isTold } = meets(term, vector, plain);
		const isSecond = wasMet && term.isNext && !term.isAsked;
		wasMet = worth > 0;
		if (worth === 0) {
			if (!term.isTopic) missed.push(term);
			continue;
		}
		const isHeaded = term.isAsked && heading.includes(term.label.split(" ").slice(0, 2).join(" "));
		const saturated = (frequency + (isHeaded ? ASKED_IN_HEADING : 0)) / longness;
		score += worth * term.weight * (rarities[i] ?? 1) * ((saturated * (K1 + 1)) / (saturated + K1));
		met.push({ term, worth, isNamed });
		// What is only likely ranks a text; whether the text speaks of what was said is another matter.
		if (term.isTopic) continue;
		if (isTold) told += term.weight;
		const weight = isSecond ? term.weight * SECOND_NAME_WORD : term.weight;
		if (isNamed && term.isPolicy && worth >= NAMING_WORTH) isRule = true;
		asked += weight;
		covered += weight * worth;
	}
	for (const term of missed) asked += missedWeight(term, isRule);
	return { score, coverage: asked > 0 ? covered / asked : 0, met, missed, isRule, asked, told };
}

/** What a missed term takes from the cover: little when it is whose or which thing a rule is applied to. */
export function missedWeight(term: Term, isRule: boolean): number {
	if (isRule && term.isObject) return Math.min(term.weight, COMMON_WEIGHT);
	return term.isOwn ? Math.min(term.weight, OWN_WEIGHT) : term.weight;
}

/** Stems that narrow no title: "Delivery times and costs" is about delivery. */
const TITLE_FILLERS = new Set(
	"time cost polici inform faq question option term condit overview detail guid help general price fee order item product".split(
		" ",
	),
);

/** The share of a text's title that the question's terms say, from 0 to 1. */
export function titleShare(terms: Term[], vector: TextVector): number {
	const title = [...vector].filter(
		([stem, places]) => !TITLE_FILLERS.has(stem) && places.some((place) => place.field === "A"),
	);
	const said = title.filter(([stem]) =>
		terms.some((term) =>
			term.alternatives.some(
				({ phrase, worth }) => worth >= NAMING_WORTH && phrase.some((part) => part.stem === stem),
			),
		),
	);
	return title.length > 0 ? said.length / title.length : 0;
}
