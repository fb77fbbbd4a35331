import { isListLine } from "#app/models/article/blocks.ts";

/** The smallest part of a passage that an answer quotes: a sentence, a list item or a table row. */
export type Unit = {
	text: string;
	/** The text between the unit before and this one: a space, nothing, or one or two line breaks. */
	before: string;
	isItem: boolean;
};

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Abbreviations after which a sentence usually goes on; the segmenter would end it there before a capital letter. */
const ABBREVIATION =
	/(?:^|[\s(])(?:a\.m|approx|art|bzw|ca|d\.h|dr|e\.g|etc|excl|ggf|i\.e|incl|inkl|max|min|mr|mrs|ms|no|nr|p\.m|sr|sra|st|tel|vs|z\.b)\.\s*$/i;

/**
 * Maximum length of an excerpt in characters: about 90 words, as much as a phone shows at a glance. A longer sentence, or
 * a text without punctuation, is cut between words.
 */
export const MAX_EXCERPT_CHARACTERS = 540;

/** Splits the text of a passage into units. Joined with their `before`, they are the text again. */
export function splitIntoUnits(body: string): Unit[] {
	const units: Unit[] = [];
	let before = "";
	for (const line of body.split("\n")) {
		if (line.trim() !== "") {
			const isItem = isListLine(line);
			for (const part of isItem ? [line] : splitIntoSentences(line)) {
				for (const piece of cutLongText(part)) {
					const text = piece.trimEnd();
					if (text === "") continue;
					units.push({ text, before: units.length > 0 ? before : "", isItem });
					before = piece.slice(text.length);
				}
			}
			before = "";
		}
		before += "\n";
	}
	return units;
}

/** Splits a line into sentences, each with the spaces after it. */
function splitIntoSentences(line: string): string[] {
	const sentences: string[] = [];
	for (const { segment } of segmenter.segment(line)) {
		const last = sentences.at(-1);
		if (last !== undefined && ABBREVIATION.test(last.slice(-12)))
			sentences[sentences.length - 1] = last + segment;
		else sentences.push(segment);
	}
	return sentences;
}

/** Cuts a text that is longer than MAX_EXCERPT_CHARACTERS between words, or between characters where it has no spaces. */
function cutLongText(text: string): string[] {
	const pieces: string[] = [];
	let rest = text;
	while (rest.length > MAX_EXCERPT_CHARACTERS) {
		const space = rest.lastIndexOf(" ", MAX_EXCERPT_CHARACTERS);
		const end = space > MAX_EXCERPT_CHARACTERS / 2 ? space + 1 : MAX_EXCERPT_CHARACTERS;
		pieces.push(rest.slice(0, end));
		rest = rest.slice(end);
	}
	return [...pieces, rest];
}
