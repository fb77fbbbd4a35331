import { editsBetween, isTypoOf } from "./typos.ts";
import { CHAT_SPELLINGS } from "./vocabulary.ts";

/** Maximum number of words of a question that are read. */
const MAX_WORDS = 60;
const QUESTION_WORDS = ["often", "should", "please", "frequently", "where", "which"];

/** Normalises words: lower case, no apostrophes, chat abbreviations expanded, order numbers removed. */
export function normalisedWords(text: string): string[] {
	return text
		.toLowerCase()
		.normalize("NFKC")
		.replace(/['’‘`](s|S)\b/g, "")
		.replace(/['’‘`]/g, "")
		.replace(/#?\bw?\d{6,}\b/g, " ")
		.split(/[^\p{L}\p{N}]+/u)
		.filter(Boolean)
		.slice(0, MAX_WORDS)
		.map((word) => CHAT_SPELLINGS[word] ?? questionWord(word));
}

/** Corrects a misspelt question word: "how oftn" becomes "how often". */
function questionWord(word: string): string {
	return (
		QUESTION_WORDS.find((meant) => isTypoOf(word, meant) && editsBetween(word, meant).edits === 1) ?? word
	);
}
