/**
 * Maximum number of UTF-16 units of a message that our own code analyses (intent, language, order numbers, search).
 * Nearly all questions are shorter than 500. The analysis blocks the process for all its customers, so its cost must
 * not grow with the length of a message.
 */
export const ANALYSED_CHARACTERS = 2_000;
/**
 * Analysed characters of the beginning of a long message. The beginning says what the message is about; the question is
 * often at the end.
 */
const FROM_BEGINNING = 1_200;
const CUT_MARK = "\n…\n";
const FROM_END = ANALYSED_CHARACTERS - FROM_BEGINNING - CUT_MARK.length;

/**
 * Limits the analysed part of a text; no other code does. A language model still gets the whole text.
 * @returns `question`: the text, or the beginning and the end of a long one, cut between words if possible;
 * `fullQuestion`: the whole text, only if `question` is shorter.
 */
export function forAnalysis(text: string): { question: string; fullQuestion?: string } {
	if (text.length <= ANALYSED_CHARACTERS) return { question: text };
	const beginning = text.slice(0, FROM_BEGINNING);
	const end = text.slice(-FROM_END);
	// The text is not cut within a word or number, because a part of a number could be the number of another order.
	const lastSpace = beginning.search(/\s\S*$/);
	const firstSpace = end.search(/\s/);
	const question =
		(lastSpace > FROM_BEGINNING / 2 ? beginning.slice(0, lastSpace) : beginning) +
		CUT_MARK +
		(firstSpace !== -1 && firstSpace < FROM_END / 2 ? end.slice(firstSpace + 1) : end);
	return { question: question.toWellFormed(), fullQuestion: text };
}
