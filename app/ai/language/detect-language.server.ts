import { singleton } from "#app/singleton.server.ts";
import { normaliseTag, primaryLanguage, scriptOf } from "#app/text/language-tag.ts";
import { detectorCodes, isDetectable } from "./detector-codes.ts";
import { SUPPORTED_LANGUAGES } from "./languages.ts";

/** What speaks for a language besides the words themselves. */
export type LanguageContext = {
	/** The language the customer was found to write in before. */
	previousLanguage?: string | null;
	/** BCP 47, of the page. */
	locale: string;
};

/** What a text tells of its language. */
export type DetectedLanguage = {
	/**
	 * The language to treat the text as: one of LANGUAGES, else the expected one, which is the language found
	 * before or the page's. A BCP 47 tag, with script and region where the page names them.
	 */
	language: string;
	/** The language the text is clearly written in, which may be any that the detector knows; null where unclear. */
	written: string | null;
};

/** One or two words are greetings, names and typing errors ("hello", "cancel oder"): they tell no language. */
const MIN_WORDS = 3;
/** Fewer letters than this are an order number or initials. */
const MIN_LETTERS = 4;
/** By then a text has told its language; the longest message takes a tenth of a second. */
const MAX_ANALYSED_CHARACTERS = 2_000;
/**
 * What an expected language is ahead by, in eld's scores (0 to 1): at least the first, and the second divided
 * by the words, so that a few words have to be very foreign. Found on 6,480 English support questions and
 * 160 in eight other languages; docs/decisions/016 has the table.
 */
const EXPECTED_LANGUAGE_BONUS = 0.03;
const EXPECTED_LANGUAGE_BONUS_PER_WORD = { page: 0.1, history: 0.2 };
/** Support chats are full of English words; a draw is English. */
const ENGLISH_BONUS = 0.02;
/**
 * A score from which on a text is clearly in a language. Sentences of their language have 0.7 and more; those of a
 * language that the detector does not know have less in any other (Welsh 0.36, Swahili 0.44, Uzbek 0.47).
 */
const CLEAR_SCORE = 0.6;
/** The same for a language that the assistant does not support: only its sentences count, no borrowed words. */
const CLEAR_SCORE_UNSUPPORTED = 0.7;
/** The same where the page's language is one that the detector does not know and may take for another. */
const CLEAR_SCORE_UNDETECTABLE_PAGE = 0.78;

/** The letters of Arabic; other languages in its script have more of them (Persian, Urdu, Kurdish, Sindhi). */
const NON_ARABIC_LETTER = /(?![\u0621-\u063A\u0641-\u064A\u0671])\p{Script=Arabic}/u;
/** What Yiddish writes and Hebrew does not: ligatures, and letters with points. */
const YIDDISH_LETTERS = /[\u05F0-\u05F2\uFB1F\uFB2E\uFB2F]|[\u05D0\u05D9]\u05B7|\u05D0\u05B8|\u05D5\u05D5/u;

/** Tells in which language a short text is written; see `readLanguage`. */
export const tellLanguage = async (text: string, prior: LanguageContext): Promise<string> =>
	(await detectLanguage(text, prior)).language;

/**
 * Tells in which language a short text is written, without its order numbers and addresses, which say nothing of
 * it. This is the one place of the rule: detection over all languages of the detector, the check whether the
 * assistant supports the result, and the fallback to the page's language.
 */
export async function detectLanguage(
	text: string,
	{ previousLanguage: before, locale }: LanguageContext,
): Promise<DetectedLanguage> {
	const page = normaliseTag(locale) ?? "en";
	const expected = withPageRegion(normaliseTag(before ?? "") ?? page, page);
	const unclear = { language: expected, written: null };
	const read = withoutNumbersAndAddresses(text.slice(0, MAX_ANALYSED_CHARACTERS));
	const words = read.match(/\p{L}[\p{L}\p{M}]*/gu) ?? [];
	const letters = words.join("");
	const latin = countMatches(letters, /\p{Script=Latin}/gu);
	const hebrew = countMatches(letters, /\p{Script=Hebrew}/gu);
	const arabic = countMatches(letters, /\p{Script=Arabic}/gu);
	if (hebrew > latin && hebrew > arabic) {
		if (YIDDISH_LETTERS.test(read)) return { language: expected, written: "yi" };
		return isExpected("he", expected) || scriptOf(expected) !== "Hebr"
			? clearlyWrittenIn("he", expected, page)
			: unclear;
	}
	const isArabic = arabic > latin;
	if (letters.length < MIN_LETTERS) return unclear;
	// "hello hello hello" is one word.
	const isFewWords = new Set(words.map((word) => word.toLowerCase())).size < MIN_WORDS;
	if (isArabic && isFewWords) {
		// The script rules the page's language out, unless that is written in it.
		return NON_ARABIC_LETTER.test(letters) || scriptOf(expected) === "Arab"
			? unclear
			: clearlyWrittenIn("ar", expected, page);
	}
	if (isFewWords && latin > 0) return unclear;
	const scores = (await loadDetector()).detect(words.join(" ")).getScores();
	const bonusPerWord = EXPECTED_LANGUAGE_BONUS_PER_WORD[before ? "history" : "page"] / words.length;
	const expectedCodes = detectorCodes(expected);
	let best = { code: "", score: 0, isExpectedLanguage: false };
	for (const [code, found] of Object.entries(scores)) {
		if (code === "ar" && NON_ARABIC_LETTER.test(letters)) continue;
		const isAhead = expectedCodes.includes(code);
		const score =
			found +
			(isAhead ? Math.max(EXPECTED_LANGUAGE_BONUS, bonusPerWord) : 0) +
			(code === "en" ? ENGLISH_BONUS : 0);
		if (score > best.score) best = { code, score, isExpectedLanguage: isAhead };
	}
	if (best.isExpectedLanguage)
		return { language: expected, written: best.score >= CLEAR_SCORE ? expected : null };
	return best.score < minClearScore(best.code, expected)
		? unclear
		: clearlyWrittenIn(best.code, expected, page);
}

/** The score that a language other than the expected one needs. */
function minClearScore(code: string, expected: string): number {
	if (code !== "en" && !isDetectable(expected)) return CLEAR_SCORE_UNDETECTABLE_PAGE;
	return isSupported(code) ? CLEAR_SCORE : CLEAR_SCORE_UNSUPPORTED;
}

/** A result as a reading: kept where the assistant supports it, else the expected language is. */
function clearlyWrittenIn(code: string, expected: string, page: string): DetectedLanguage {
	const found = isExpected(code, expected) ? expected : withPageRegion(normaliseTag(code) ?? code, page);
	return { language: isSupported(code) ? found : expected, written: found };
}

const isSupported = (code: string): boolean => SUPPORTED_LANGUAGES.some((one) => one === code);

const isExpected = (code: string, expected: string): boolean => detectorCodes(expected).includes(code);

/** A language as the page names it, with script and region, where the page is in that language. */
const withPageRegion = (tag: string, page: string): string =>
	!tag.includes("-") && primaryLanguage(tag) === primaryLanguage(page) ? page : tag;

/** Without addresses, and whatever has a digit in it. */
const withoutNumbersAndAddresses = (text: string): string =>
	text
		.split(/\s+/)
		.filter((word) => !/[\p{Nd}@]|^https?:/u.test(word))
		.join(" ");

const countMatches = (letters: string, script: RegExp): number => letters.match(script)?.length ?? 0;

/**
 * The detector, loaded by the first text that needs it: 0.4 s and some 55 MB. The size below is wrong twice as
 * often on short texts, the ones above are no better on them and cost up to 390 MB.
 */
function loadDetector() {
	return singleton("language-detector", async () => (await import("eld/small")).eld);
}

/**
 * The language a text is clearly in, when that is another than the expected one. Null as well where the detector
 * does not know the expected language and so cannot tell. @param expected BCP 47.
 */
export async function findOtherLanguage(expected: string, text: string): Promise<string | null> {
	const { written } = await detectLanguage(text, { locale: expected, previousLanguage: expected });
	return written && primaryLanguage(written) !== primaryLanguage(expected) ? written : null;
}
