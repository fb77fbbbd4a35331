import { baseLanguage } from "#app/models/chat-session/locale.ts";
import { singleton } from "#app/singleton.server.ts";
import { LANGUAGES } from "./languages.ts";

/** What speaks for a language besides the words themselves. */
export type Prior = {
	/** The language the customer was found to write in before. */
	before?: string | null;
	/** BCP 47, of the page. */
	locale: string;
};

/** Fewer letters than this are an order number, a thumb or a typing error: they say nothing of a language. */
const LEAST_LETTERS = 4;
/** By then a text has told its language; the longest message takes a tenth of a second. */
const READ_LENGTH = 2_000;
/**
 * What an expected language is ahead by, in eld's scores (0 to 1): at least the first, and the second divided
 * by the words, so that one word alone has to be very foreign. Found on 6,480 English support questions and
 * 160 in eight other languages; docs/decisions/016 has the table.
 */
const AHEAD = 0.03;
const AHEAD_OF_WORDS = { page: 0.1, history: 0.2 };
/** Support chats are full of English words; a draw is English. */
const ENGLISH_AHEAD = 0.02;

/** Letters that Arabic has not and other languages in its script have: Persian, Urdu, Kurdish, Uyghur. */
const NOT_ARABIC = /[پچژگکیےٹڈڑںھہ]/u;

/**
 * Tells in which language a short text is written, without its order numbers and addresses, which say nothing
 * of it.
 * @returns one of LANGUAGES; where the text does not tell, or is in another script than theirs, what was
 * expected: the language found before, else the page's (which may be any).
 */
export async function tellLanguage(text: string, { before, locale }: Prior): Promise<string> {
	const expected = baseLanguage(before ?? locale);
	const words = withoutCodes(text.slice(0, READ_LENGTH)).match(/\p{L}+/gu) ?? [];
	const letters = words.join("");
	const latin = count(letters, /\p{Script=Latin}/gu);
	const hebrew = count(letters, /\p{Script=Hebrew}/gu);
	const arabic = count(letters, /\p{Script=Arabic}/gu);
	if (hebrew > latin && hebrew > arabic) return "he";
	if (arabic > latin) return NOT_ARABIC.test(letters) ? expected : "ar";
	if (letters.length < LEAST_LETTERS || latin < letters.length / 2) return expected;
	const scores = (await detector()).detect(words.join(" ")).getScores();
	let best = { language: expected, score: 0 };
	for (const language of LANGUAGES) {
		const found = scores[language];
		if (found === undefined) continue;
		const share = AHEAD_OF_WORDS[before ? "history" : "page"] / words.length;
		const ahead = language === expected ? Math.max(AHEAD, share) : 0;
		const score = found + ahead + (language === "en" ? ENGLISH_AHEAD : 0);
		if (score > best.score) best = { language, score };
	}
	return best.language;
}

/** Addresses, and whatever has a digit in it. */
const withoutCodes = (text: string): string => text.replace(/https?:\S+|\S*[\d@]\S*/g, " ");

const count = (letters: string, script: RegExp): number => letters.match(script)?.length ?? 0;

/**
 * The detector, loaded by the first text that needs it: 0.4 s and some 55 MB. The size below is wrong twice as
 * often on short texts, the ones above are no better on them and cost up to 390 MB.
 */
function detector() {
	return singleton("language-detector", async () => {
		const { eld } = await import("eld/small");
		eld.setLanguageSubset([...LANGUAGES]);
		return eld;
	});
}
