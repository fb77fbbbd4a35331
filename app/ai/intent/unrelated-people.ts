import { foldLetters } from "./person-request-patterns.ts";

/**
 * People and things that are called like the store's people and are none: a cleaning agent, somebody's travel agent,
 * a machine operator, the chat assistants in general, and what a customer says they are themselves.
 */

/** Words that mean a person of the store only where nothing else stands before them. */
const STORE_ROLES = new Set(
	"agent agents operator operators representative representatives assistant assistants".split(" "),
);
/** What may stand before one of the store's people: articles, small words, kinds of support, and verbs of asking. */
const WORDS_BEFORE_STORE_ROLES = new Set(
	(
		"a an the your our my any some one another other different new real live actual proper living human person " +
		"customer customers service services support sales care help helpdesk chat available free senior online technical " +
		"tech store shop company billing return returns refund refunds warranty account single damn freaking fucking bloody " +
		"this that to with for from get want need give me us please pls plz now no not just only hey hi hello talk speak " +
		"contact call connect transfer request of and or than instead"
	).split(" "),
);
/** Software and staff alike are assistants; "chat assistants" are the software. */
const CHAT_SOFTWARE_PATTERN = /\b(?:chat|virtual|ai|digital|online|automatic) assistants?\b/g;

/** "I am an agent", "as an agent", "by an agent": said of somebody, asked of nobody. */
const OTHER_PERSON_PATTERN =
	/\b(?:i am|im|i was|he is|hes|she is|shes|they are|is my|was my|work(?:s|ed|ing)? as|as|by|being|became|become|what is|whats|who is|whos) (?:a|an|the|your|my) (?:agent|operator|representative|assistant|manager|supervisor|human|person)s?\b/g;

/** Stands for what was taken out, so that the words around it do not grow together. */
const PLACEHOLDER = "thing";

/** The clauses of a text, each folded as the patterns want it; the empty ones left out. */
export const splitClauses = (text: string): string[] =>
	text
		.split(/[.,;:!?()\n\u2013\u2014\u2026]+/)
		.map(foldLetters)
		.filter((clause) => clause !== "");

/** A folded clause without the people and things that only share a word with the store's people. */
export function replaceUnrelatedPeople(clause: string): string {
	const words = clause
		.replace(CHAT_SOFTWARE_PATTERN, PLACEHOLDER)
		.replace(OTHER_PERSON_PATTERN, PLACEHOLDER)
		.split(" ");
	return words
		.map((word, at) => {
			const before = words[at - 1];
			const isOther = STORE_ROLES.has(word) && before !== undefined && !WORDS_BEFORE_STORE_ROLES.has(before);
			return isOther ? PLACEHOLDER : word;
		})
		.join(" ");
}
