import type { StemPhrase } from "./text-vector.ts";

/** A term of a question, with every form in which a text may contain it. */
export type Term = {
	/** The term as the customer wrote it, or the question phrase ("how often"). */
	label: string;
	/** Weight of this term in the coverage; 1 for a word that carries meaning. */
	weight: number;
	/** `matchWeight` is the weight of a match: 1 for the word itself and less for synonyms. */
	alternatives: { phrase: StemPhrase; matchWeight: number }[];
	/** Patterns of text that match too, such as a price. */
	patterns: { pattern: RegExp; matchWeight: number }[];
	/** True when the term is the kind of answer that the question asks for, and not one of its words. */
	isAsked: boolean;
	/** A rule of the store, such as returning, which applies to products that a text does not name. */
	isPolicy: boolean;
	/** The product in question, as in "my lamp"; a rule of the store need not name it. */
	isObject: boolean;
	/** Something of the customer's ("my dog"), which is rarely the subject. */
	isOwn: boolean;
	/** Follows the term before it directly, as the second word of a name does. */
	isNext: boolean;
	/** Not in the question but likely from the intent: it affects the ranking, and costs nothing when missing. */
	isTopic: boolean;
	/** Likelihood of a topic, 0 to 1; 1 for the question's own words, 0 for words that only frame it. */
	likelihood: number;
};

/** Creates a term with default values. */
export function newTerm(given: Pick<Term, "label" | "weight"> & Partial<Term>): Term {
	return {
		alternatives: [],
		patterns: [],
		isAsked: false,
		isPolicy: false,
		isObject: false,
		isOwn: false,
		isNext: false,
		isTopic: false,
		likelihood: 1,
		...given,
	};
}
