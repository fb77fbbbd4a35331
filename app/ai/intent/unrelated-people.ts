import { foldLetters } from "#app/text/fold-letters.ts";

/**
 * Finds words that look like a request for a person of the store but are not: a cleaning agent, a travel agent, a
 * machine operator, chat assistants in general, and what customers say about themselves.
 */

/** Roles such as "agent" that mean a person of the store only when no other kind of word comes before them. */
const STORE_ROLES = new Set(
	"agent agents operator operators representative representatives assistant assistants".split(" "),
);
/**
 * Words that may come before a role such as "agent" when it means a person of the store: articles, kinds of support,
 * and verbs of asking.
 */
const WORDS_BEFORE_STORE_ROLES = new Set(
	(
		"a an the your our my any some one another other different new real live actual proper living human person " +
		"customer customers service services support sales care help helpdesk chat available free senior online technical " +
		"tech store shop company billing return returns refund refunds warranty account single damn freaking fucking bloody " +
		"this that to with for from get want need give me us please pls plz now no not just only hey hi hello talk speak " +
		"contact call connect transfer request of and or than instead"
	).split(" "),
);
/** A shorter word before a role is an article with a typing error ("na operator") and no kind of agent. */
const MAX_ARTICLE_LETTERS = 2;
/** Matches names of chat software, such as "chat assistants". */
const CHAT_SOFTWARE_PATTERN = /\b(?:chat|virtual|ai|digital|online|automatic) assistants?\b/g;

/** Matches statements about a person, such as "I am an agent", "as an agent" and "by an agent". */
const STATEMENT_ABOUT_PERSON_PATTERN =
	/\b(?:i am|im|i was|he is|hes|she is|shes|they are|is my|was my|work(?:s|ed|ing)? as|as|by|being|became|become|what is|whats|who is|whos) (?:a|an|the|your|my) (?:agent|operator|representative|assistant|manager|supervisor|human|person)s?\b/g;

/** Text that replaces removed words, so that the words before and after them are not joined. */
const PERSON_PLACEHOLDER = "thing";

/** Splits a text into its clauses and folds each of them to plain lower-case letters. Empty clauses are left out. */
export const splitClauses = (text: string): string[] =>
	text
		.split(/[.,;:!?()\n\u2013\u2014\u2026]+/)
		.map(foldLetters)
		.filter((clause) => clause !== "");

/**
 * Replaces words in a folded clause that name other people or things than the store's people, such as "cleaning agent".
 */
export function replaceUnrelatedPeople(clause: string): string {
	const words = clause
		.replace(CHAT_SOFTWARE_PATTERN, PERSON_PLACEHOLDER)
		.replace(STATEMENT_ABOUT_PERSON_PATTERN, PERSON_PLACEHOLDER)
		.split(" ");
	return words
		.map((word, at) => {
			const before = words[at - 1];
			const isOther =
				STORE_ROLES.has(word) &&
				before !== undefined &&
				before.length > MAX_ARTICLE_LETTERS &&
				!WORDS_BEFORE_STORE_ROLES.has(before);
			return isOther ? PERSON_PLACEHOLDER : word;
		})
		.join(" ");
}
