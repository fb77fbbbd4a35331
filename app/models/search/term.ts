import type { StemPhrase } from "./text-vector.ts";

/** One thing a question speaks of, with every way a text may say it. */
export type Term = {
	/** As the customer wrote it, or the question that asks for it ("how often"). */
	label: string;
	/** Share of this term in "does the text speak of what was asked": 1 for a telling word. */
	weight: number;
	/** `worth` is 1 for the word itself and less for its kin. */
	alternatives: { phrase: StemPhrase; worth: number }[];
	/** A form of text that also meets it, such as a price. */
	patterns: { pattern: RegExp; worth: number }[];
	/** True when the term is the kind of answer asked for, not a word of the question. */
	isAsked: boolean;
	/** A rule of the store, such as returning: it holds for things it does not name. */
	isPolicy: boolean;
	/** The thing spoken of, as in "my lamp": a rule of the store need not name it. */
	isObject: boolean;
	/** Said of the customer's own ("my dog"): circumstance more than subject. */
	isOwn: boolean;
	/** Stands directly behind the term before it, as the second word of a name does. */
	isNext: boolean;
	/** Not said but likely, from the intent: it ranks texts, and costs nothing when not met. */
	isTopic: boolean;
	/** How likely a topic is, 0 to 1; 1 for what was said, 0 for a word that only frames it. */
	likelihood: number;
};

/** A term with nothing said of it yet. */
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
