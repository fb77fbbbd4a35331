/**
 * Most UTF-16 units of a message that our own code analyses: intent, language, order numbers, search. Nearly every
 * question is shorter than 500. A process serves all its customers while it analyses one message, so a longer one
 * must not cost more.
 */
export const ANALYSED_CHARACTERS = 2_000;
/** The beginning says what a message is about; the question itself is often at the end. */
const FROM_BEGINNING = 1_200;
const BETWEEN = "\n…\n";
const FROM_END = ANALYSED_CHARACTERS - FROM_BEGINNING - BETWEEN.length;

/**
 * The one place that limits what is analysed. A language model still reads the whole text.
 * @returns `question`: the text, or the beginning and the end of a long one, cut between words where there are any;
 * `fullQuestion`: the whole text, only where `question` is not.
 */
export function forAnalysis(text: string): { question: string; fullQuestion?: string } {
	if (text.length <= ANALYSED_CHARACTERS) return { question: text };
	const beginning = text.slice(0, FROM_BEGINNING);
	const end = text.slice(-FROM_END);
	// Half a word could be read as another word, half a number as another order.
	const lastSpace = beginning.search(/\s\S*$/);
	const firstSpace = end.search(/\s/);
	const question =
		(lastSpace > FROM_BEGINNING / 2 ? beginning.slice(0, lastSpace) : beginning) +
		BETWEEN +
		(firstSpace !== -1 && firstSpace < FROM_END / 2 ? end.slice(firstSpace + 1) : end);
	return { question: question.toWellFormed(), fullQuestion: text };
}
