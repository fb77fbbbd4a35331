import { editsBetween, isTypoOf } from "./typos.ts";
import { CHAT_SPELLINGS } from "./vocabulary.ts";

/** A question is not read further than this: what matters is said by then, and the work stays bounded. */
const MOST_WORDS = 60;
const QUESTION_WORDS = ["often", "should", "please", "frequently", "where", "which"];

/** Lower case, no apostrophes, chat spellings written out, order numbers left out. */
export function plainWords(text: string): string[] {
	return text
		.toLowerCase()
		.normalize("NFKC")
		.replace(/['’‘`](s|S)\b/g, "")
		.replace(/['’‘`]/g, "")
		.replace(/#?\bw?\d{6,}\b/g, " ")
		.split(/[^\p{L}\p{N}]+/u)
		.filter(Boolean)
		.slice(0, MOST_WORDS)
		.map((word) => CHAT_SPELLINGS[word] ?? questionWord(word));
}

/** A question word that was mistyped, put right: "how oftn" must ask what "how often" asks. */
function questionWord(word: string): string {
	return (
		QUESTION_WORDS.find((meant) => isTypoOf(word, meant) && editsBetween(word, meant).edits === 1) ?? word
	);
}
