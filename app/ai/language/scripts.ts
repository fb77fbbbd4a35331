import { primaryLanguage, scriptOf } from "#app/text/language-tag.ts";

/** Number of letters of a text in each script. A Chinese or Japanese character says as much as two Latin letters. */
type LetterCounts = { latin: number; kana: number; han: number; hangul: number; thai: number };

const MIN_HAN_CHARACTERS = 2;
const CJK_WEIGHT = 2;

/** Characters and words of Japanese that Chinese does not have, in either script. */
const JAPANESE_ONLY = /[払込届円対応変売検帰読労続証価発様]|返品|返金|送料|注文/u;
/** Chinese function words that Japanese does not have. */
const CHINESE_ONLY = /[我你您们們吗嗎呢这這那哪么麼没沒]/u;

/** Frequent characters of the traditional script, and the same ones in the simplified script, in pairs. */
const TRADITIONAL_SIMPLIFIED =
	"請请問问訂订單单貨货運运費费個个這这們们時时間间幾几錢钱買买賣卖嗎吗會会見见過过還还讓让說说話话電电號号碼码" +
	"郵邮寄寄務务發发開开關关後后來来對对為为麼么樣样換换實实際际國国門门動动應应該该給给從从張张條条書书產产質质" +
	"壞坏損损傷伤帳账戶户員员購购物物優优惠惠點点擊击處处辦办讀读寫写語语種种裡里邊边聯联絡络絕绝嘗尝試试燈灯" +
	"櫃柜椅椅組组裝装顏颜紅红綠绿藍蓝長长寬宽維维護护與与將将沒没錯错誤误壓压遲迟達达";
const pairs = [...TRADITIONAL_SIMPLIFIED];
const isTraditional = new Set(pairs.filter((char, i) => i % 2 === 0 && char !== pairs[i + 1]));
const isSimplified = new Set(pairs.filter((char, i) => i % 2 === 1 && char !== pairs[i - 1]));

/**
 * The language of a text in a script that only one language uses: Japanese, Korean, Thai and Chinese. Needed beside the
 * detector, which does not know texts of two or three characters.
 * @param letters of the text, without other characters.
 * @param expected language of earlier messages or of the page, BCP 47. It decides between languages with one script.
 * @returns a language tag; null when the script is one of these and the language is unclear; undefined when it is not.
 */
export function languageOfScript(letters: string, expected: string): string | null | undefined {
	const { latin, kana, han, hangul, thai } = countLetters(letters);
	if (hangul * CJK_WEIGHT > latin && hangul > han + kana) return "ko";
	if (thai > latin) return "th";
	if ((kana + han) * CJK_WEIGHT <= latin) return undefined;
	if (kana > 0) return "ja";
	if (han < MIN_HAN_CHARACTERS) return null;
	if (CHINESE_ONLY.test(letters)) return chineseIn(letters);
	if (JAPANESE_ONLY.test(letters)) return "ja";
	return primaryLanguage(expected) === "ja" ? null : chineseIn(letters);
}

/** Chinese in the script of most characters that differ between the scripts; `zh` when none differs. */
function chineseIn(letters: string): string {
	let traditional = 0;
	for (const letter of letters) {
		if (isTraditional.has(letter)) traditional += 1;
		else if (isSimplified.has(letter)) traditional -= 1;
	}
	return traditional > 0 ? "zh-Hant" : "zh";
}

const countOf = (letters: string, script: RegExp): number => letters.match(script)?.length ?? 0;

const countLetters = (letters: string): LetterCounts => ({
	latin: countOf(letters, /\p{Script=Latin}/gu),
	kana: countOf(letters, /[\p{Script=Hiragana}\p{Script=Katakana}]/gu),
	han: countOf(letters, /\p{Script=Han}/gu),
	hangul: countOf(letters, /\p{Script=Hangul}/gu),
	thai: countOf(letters, /\p{Script=Thai}/gu),
});

/** Cyrillic letters that Russian does not have. */
const NON_RUSSIAN_LETTER = /(?![\u0401\u0410-\u044F\u0451])\p{Script=Cyrillic}/u;
/** Letters that Arabic does not have, but other languages in the Arabic script do (Persian, Urdu, Kurdish, Sindhi). */
export const NON_ARABIC_LETTER = /(?![\u0621-\u063A\u0641-\u064A\u0671])\p{Script=Arabic}/u;
/** A letter of Marathi that Hindi does not have. */
const MARATHI_LETTER = /\u0933/u;

/**
 * The language of one or two words in the Arabic, Devanagari or the Cyrillic script: the largest one of the script, unless the words
 * have letters that it does not have, or the expected language uses the same script.
 * @returns a language tag; null when the language is unclear; undefined when the script is another one.
 */
export function languageOfFewWords(letters: string, expected: string): string | null | undefined {
	const of = (script: string, language: string, otherLetters: RegExp) =>
		otherLetters.test(letters) || scriptOf(expected) === script ? null : language;
	const latin = countOf(letters, /\p{Script=Latin}/gu);
	if (countOf(letters, /\p{Script=Arabic}/gu) > latin) return of("Arab", "ar", NON_ARABIC_LETTER);
	if (countOf(letters, /\p{Script=Cyrillic}/gu) > latin) return of("Cyrl", "ru", NON_RUSSIAN_LETTER);
	if (countOf(letters, /\p{Script=Devanagari}/gu) > latin) return of("Deva", "hi", MARATHI_LETTER);
	return undefined;
}
