const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** A shortened word at the end of a piece means that the sentence goes on. */
const GOES_ON = /\b(?:e\.g|i\.e|etc|approx|incl|max|min|no|st|mr|mrs|ms|dr|vs|ca|a\.m|p\.m)\.\s*$/i;

/** Cuts a plain text into sentences. Joined by spaces they are the text again. */
export function splitSentences(text: string): string[] {
	const sentences: string[] = [];
	for (const { segment } of segmenter.segment(text)) {
		const last = sentences.at(-1);
		if (last && GOES_ON.test(last)) sentences[sentences.length - 1] = `${last} ${segment.trim()}`;
		else if (segment.trim()) sentences.push(segment.trim());
	}
	return sentences;
}

const MOST_SENTENCES = 3;
/** Rows of a table or items of a list are short, and half of them mislead: so many are quoted together. */
const MOST_ITEMS = 5;
const ITEM_CHARACTERS = 120;
/** A quote is to be read at a glance; a sentence is added only while the quote stays below this. */
const QUOTE_CHARACTERS = 420;
/** A neighbour is quoted too when it speaks to the question at least this much as the best sentence does. */
const ALSO_TELLING = 0.75;
/** A passage no longer than this is quoted whole: its sentences were written to be read together. */
const SHORT_PASSAGE_CHARACTERS = 320;
/** A sentence that leans on the one before it. */
const LEANS_BACK =
	/^(?:it|they|this|that|these|those|he|she|then|there|so|such|if so|in that case|otherwise|after that|both|either|neither|which|if it)\b/i;
/** A sentence that takes something back from the one before it: leaving it out would mislead. */
const TAKES_BACK =
	/^(?:however|but|except|unless|exceptions?|only|please note|note|not |never|do not|don['’]t|otherwise|this (?:does|is) not|for .{3,40}, (?:it|we|you|this) )/i;

/** The first sentences of a passage whose heading is the question itself, as steps are read from the first on. */
export function openingSentences(sentences: string[]): string {
	let text = "";
	let most = MOST_SENTENCES;
	for (const [i, sentence] of sentences.entries()) {
		if (i >= most || (text && text.length + sentence.length > QUOTE_CHARACTERS)) break;
		text += text ? ` ${sentence}` : sentence;
		if (sentence.endsWith(":")) most = i + 1 + MOST_ITEMS;
	}
	return text;
}

/**
 * The best sentence of a passage with the neighbours that belong to it: what it leans on, what takes something
 * back from it, the rows or items beside it.
 * @param scores one per sentence; @param options.shows whether a sentence has the form that was asked for;
 * @param options.isRuleFirst whether the passage is about the question, so that its rule stands in front.
 */
export function sentencesAround(
	sentences: string[],
	scores: number[],
	options: { shows?: (sentence: string) => boolean; isRuleFirst?: boolean } = {},
): string {
	const whole = sentences.join(" ");
	if (sentences.length <= MOST_SENTENCES && whole.length <= SHORT_PASSAGE_CHARACTERS) return whole;
	let best = 0;
	for (const [i, score] of scores.entries()) if (score > (scores[best] ?? 0) + 1e-9) best = i;
	const bestScore = scores[best] ?? 0;
	let first = best;
	let last = best;
	const { shows = () => false, isRuleFirst = false } = options;
	const isItem = (i: number) => shows(sentences[i] ?? "") && (sentences[i]?.length ?? 0) <= ITEM_CHARACTERS;
	const isIntroduced = (i: number) => sentences[i - 1]?.endsWith(":") ?? false;
	const hasRoom = (next: number) => {
		const count = last - first + 1;
		const characters = sentences.slice(first, last + 1).join(" ").length + (sentences[next]?.length ?? 0);
		return count < (isItem(next) ? MOST_ITEMS : MOST_SENTENCES) && characters < QUOTE_CHARACTERS;
	};
	if (isRuleFirst && best < MOST_SENTENCES) {
		while (first > 0 && hasRoom(first - 1)) first--;
	}
	// A row that is alike was written beside this one to be read with it.
	while (first > 0 && isItem(best) && isItem(first - 1) && hasRoom(first - 1)) first--;
	if (first > 0 && (LEANS_BACK.test(sentences[first] ?? "") || isIntroduced(first)) && hasRoom(first - 1)) {
		first--;
	}
	while (last + 1 < sentences.length && hasRoom(last + 1)) {
		const next = sentences[last + 1] ?? "";
		const isTelling = bestScore > 0 && (scores[last + 1] ?? 0) >= bestScore * ALSO_TELLING;
		const isBeside = isItem(best) && isItem(last + 1);
		if (
			!isTelling &&
			!isBeside &&
			!isIntroduced(last + 1) &&
			!TAKES_BACK.test(next) &&
			!LEANS_BACK.test(next)
		)
			break;
		last++;
	}
	if (first > 0 && first === best && hasRoom(first - 1)) {
		const before = scores[first - 1] ?? 0;
		if (bestScore > 0 && before >= bestScore * 0.8) first--;
	}
	return sentences.slice(first, last + 1).join(" ");
}
