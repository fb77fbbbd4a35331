import { singleton } from "#app/singleton.server.ts";
import { normaliseTag, primaryLanguage, scriptOf } from "#app/text/language-tag.ts";
import { detectorCodes, isDetectable } from "./detector-codes.ts";
import { SUPPORTED_LANGUAGES } from "./languages.ts";
import { languageOfFewWords, languageOfScript, NON_ARABIC_LETTER } from "./scripts.ts";

/** What suggests the language of a text besides its words. */
export type LanguageContext = {
	/** Language of the customer's earlier messages, which is expected for this text too. */
	previousLanguage?: string | null;
	/** Language of the page; BCP 47. */
	locale: string;
};

/** The result of the language detection for a text. */
export type DetectedLanguage = {
	/**
	 * The language in which the text is processed; BCP 47, with script and region when the page's tag has them. It is the
	 * detected language if the assistant supports it, else the expected one: that of earlier messages or of the page.
	 */
	language: string;
	/**
	 * The language that the text is clearly written in, even if the assistant does not support it; null when the language
	 * is unclear.
	 */
	written: string | null;
};

/**
 * Smallest number of words of a text whose language is detected. Shorter texts are greetings, names and typing errors
 * ("hello", "cancel oder"), whose language is unclear.
 */
const MIN_WORDS = 3;
/** Smallest number of letters of a text whose language is detected. Shorter texts are order numbers or initials. */
const MIN_LETTERS = 4;
/** Characters of a text whose language is analysed. The longest message takes a tenth of a second. */
const MAX_ANALYSED_CHARACTERS = 2_000;
/**
 * Bonus of the expected language (of earlier messages or the page) in the language detector's scores, which are 0 to 1.
 * The bonus is the first constant, or the second one divided by the number of words if that is larger; a few words must
 * therefore be very clearly foreign. Measured on 6,480 English support questions and 160 in eight other languages
 * (docs/decisions/016).
 */
const EXPECTED_LANGUAGE_SCORE_BONUS = 0.03;
const EXPECTED_LANGUAGE_SCORE_BONUS_PER_WORD = { page: 0.1, history: 0.2 };
/** Bonus of English in the language detector's scores, because chats in every language contain English words. */
const ENGLISH_SCORE_BONUS = 0.02;
/**
 * Score from which a text is clearly in a language. Sentences score 0.7 and more in their own language. Sentences in a
 * language that the detector does not know score less in any other language (Welsh 0.36, Swahili 0.44, Uzbek 0.47).
 */
const CLEAR_SCORE = 0.6;
/**
 * Score from which a text is clearly in a language that the assistant does not support. The score is high so that
 * borrowed words do not count.
 */
const MIN_SCORE_OF_UNSUPPORTED_LANGUAGE = 0.7;
/**
 * Score from which a text is clearly foreign when the detector does not know the page's language, because the detector
 * may mistake the page's language for another.
 */
const CLEAR_SCORE_UNDETECTABLE_PAGE = 0.78;

/** Ligatures and pointed letters that Yiddish has and Hebrew does not. */
const YIDDISH_LETTERS = /[\u05F0-\u05F2\uFB1F\uFB2E\uFB2F]|[\u05D0\u05D9]\u05B7|\u05D0\u05B8|\u05D5\u05D5/u;

/**
 * Detects the language of a short text. Order numbers and addresses are ignored. The function detects among all
 * languages that the detector knows, checks whether the assistant supports the result, and else falls back to the
 * language of earlier messages or of the page. No other code contains this rule.
 */
export async function detectLanguage(
	text: string,
	{ previousLanguage, locale }: LanguageContext,
): Promise<DetectedLanguage> {
	const page = normaliseTag(locale) ?? "en";
	const expected = withPageRegion(normaliseTag(previousLanguage ?? "") ?? page, page);
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
	const byScript = languageOfScript(letters, expected);
	if (byScript === null) return unclear;
	if (byScript) return clearlyWrittenIn(byScript, expected, page);
	if (letters.length < MIN_LETTERS) return unclear;
	// Repeated words count once, so "hello hello hello" is one word.
	const isFewWords = new Set(words.map((word) => word.toLowerCase())).size < MIN_WORDS;
	const byFewWords = isFewWords ? languageOfFewWords(letters, expected) : undefined;
	if (byFewWords === null) return unclear;
	if (byFewWords) return clearlyWrittenIn(byFewWords, expected, page);
	if (isFewWords && latin > 0) return unclear;
	const scores = (await loadDetector()).detect(words.join(" ")).getScores();
	const bonusPerWord =
		EXPECTED_LANGUAGE_SCORE_BONUS_PER_WORD[previousLanguage ? "history" : "page"] / words.length;
	const expectedCodes = detectorCodes(expected);
	let best = { code: "", score: 0, isExpectedLanguage: false };
	for (const [code, found] of Object.entries(scores)) {
		if (code === "ar" && NON_ARABIC_LETTER.test(letters)) continue;
		const isExpectedLanguage = expectedCodes.includes(code);
		const score =
			found +
			(isExpectedLanguage ? Math.max(EXPECTED_LANGUAGE_SCORE_BONUS, bonusPerWord) : 0) +
			(code === "en" ? ENGLISH_SCORE_BONUS : 0);
		if (score > best.score) best = { code, score, isExpectedLanguage };
	}
	if (best.isExpectedLanguage)
		return { language: expected, written: best.score >= CLEAR_SCORE ? expected : null };
	return best.score < minClearScore(best.code, expected)
		? unclear
		: clearlyWrittenIn(best.code, expected, page);
}

/** The score from which a text is in a language other than the expected one. */
function minClearScore(code: string, expected: string): number {
	if (code !== "en" && !isDetectable(expected)) return CLEAR_SCORE_UNDETECTABLE_PAGE;
	return isSupported(code) ? CLEAR_SCORE : MIN_SCORE_OF_UNSUPPORTED_LANGUAGE;
}

/**
 * The result for a text that is clearly in a language: this language if the assistant supports it, else the expected
 * one.
 */
function clearlyWrittenIn(code: string, expected: string, page: string): DetectedLanguage {
	const found = isExpected(primaryLanguage(code), expected)
		? expected
		: withPageRegion(normaliseTag(code) ?? code, page);
	return { language: isSupported(code) ? found : expected, written: found };
}

const isSupported = (code: string): boolean => SUPPORTED_LANGUAGES.some((one) => one === code);

const isExpected = (code: string, expected: string): boolean => detectorCodes(expected).includes(code);

/**
 * Returns the page's language tag, with script and region, when the page is in the given language; else the language
 * itself.
 */
const withPageRegion = (tag: string, page: string): string =>
	!tag.includes("-") && primaryLanguage(tag) === primaryLanguage(page) ? page : tag;

/** Removes words with digits, email addresses and URLs. */
const withoutNumbersAndAddresses = (text: string): string =>
	text
		.split(/\s+/)
		.filter((word) => !/[\p{Nd}@]|^https?:/u.test(word))
		.join(" ");

const countMatches = (letters: string, script: RegExp): number => letters.match(script)?.length ?? 0;

/**
 * Loads the language detector once (about 55 MB). Loading blocks the event loop for 0.4 to 0.9 s. The detector's next
 * smaller version is wrong twice as often on short texts; the larger versions are not better on short texts and take up
 * to 390 MB.
 */
function loadDetector() {
	return singleton("language-detector", async () => (await import("eld/small")).eld);
}

/**
 * Loads the language detector at the start of the process, so that no request waits for the loading.
 * @throws the error of the import, when the detector's package is missing or broken.
 */
export async function preloadLanguageDetector(): Promise<void> {
	await loadDetector();
}

/**
 * The language that a text is clearly written in, when it differs from the expected language. Null when it does not,
 * and when the detector does not know the expected language.
 * @param expected BCP 47.
 */
export async function findOtherLanguage(expected: string, text: string): Promise<string | null> {
	const { written } = await detectLanguage(text, { locale: expected, previousLanguage: expected });
	return written && primaryLanguage(written) !== primaryLanguage(expected) ? written : null;
}
