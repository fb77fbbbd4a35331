/**
 * Words that negate a statement when they stand shortly before it, in the languages of the test shops.
 */
const NEGATION =
	/\b(?:not|no|never|cannot|without|except|isn't|aren't|don't|doesn't|can't|won't|nicht|kein\w*|ohne)\b/;
/** Number of characters before a statement in which a negation counts. */
const NEGATION_REACH = 40;

/** Lower case, without Markdown marks, with single spaces and plain apostrophes. */
function normalise(text: string): string {
	return text
		.replace(/[*_`|]/g, " ")
		.replace(/[’‘]/g, "'")
		.replace(/\s+/g, " ")
		.toLowerCase()
		.trim();
}

/** Whether an answer contains a required text. Case, Markdown marks and line breaks do not matter. */
export const containsKeyword = (answer: string, keyword: string): boolean =>
	normalise(answer).includes(normalise(keyword));

/** Whether an answer states something false: it contains the words, and at least once without a negation before them. */
export function statesForbidden(answer: string, statement: string): boolean {
	const text = normalise(answer);
	const words = normalise(statement);
	for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
		const before = text.slice(Math.max(0, at - NEGATION_REACH), at);
		// A negation in an earlier clause does not count.
		if (!NEGATION.test(before.slice(before.search(/[^.!?,;]*$/)))) return true;
	}
	return false;
}
