/**
 * Characters that fonts draw as nothing or as blank space: white space, controls, format characters, default ignorable
 * characters (Hangul fillers, variation selectors, tags), and noncharacters. A combining mark without a letter is not
 * in the set, because fonts draw it. Source: https://www.unicode.org/reports/tr44/ (White_Space,
 * Default_Ignorable_Code_Point, General_Category).
 */
const INVISIBLE_BY_PROPERTY =
	"\\p{White_Space}\\p{Cc}\\p{Cf}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}";

/**
 * Blank characters that no Unicode property marks as blank: object replacement character, Braille pattern blank,
 * Khitan filler, hieroglyphic blanks, null notehead. Source: code charts of Unicode 15.1,
 * https://www.unicode.org/charts/
 */
const BLANK_BY_NAME = "\\uFFFC\\u2800\\u{16FE4}\\u{13441}\\u{13442}\\u{1D159}";

/**
 * Format characters that are visible, such as the Arabic number sign: the property Prepended_Concatenation_Mark of
 * PropList.txt (Unicode 15.1), which regular expressions do not support.
 */
const VISIBLE_FORMAT = "\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\u{110BD}\\u{110CD}";

const INVISIBLE = `(?:(?![${VISIBLE_FORMAT}])[${INVISIBLE_BY_PROPERTY}${BLANK_BY_NAME}])`;

/** Blank characters that take up space and separate words as a space does. */
const WIDE_BLANK = /[\u115F\u1160\u3164\uFFA0\u2800\u{16FE4}\u{13441}\u{13442}\u{1D159}]/gu;

const VISIBLE_CHARACTER = new RegExp(`(?!${INVISIBLE}).`, "su");
const INVISIBLE_CHARACTER = new RegExp(`^${INVISIBLE}$`, "u");
const INVISIBLE_START = new RegExp(`^${INVISIBLE}+`, "u");
const NOT_WHITE_SPACE = new RegExp(`(?!\\p{White_Space})${INVISIBLE}`, "gu");

/** Characters that modify the character before them: variation selectors, and the tag characters of a flag emoji. */
const VARIATION_SELECTOR = /^[\uFE00-\uFE0F\u{E0100}-\u{E01EF}\u180B-\u180D\u180F]$/u;
const TAG = /^[\u{E0020}-\u{E007F}]$/u;
const BLACK_FLAG = "\u{1F3F4}";

/** Characters that change the text direction until a closing character: isolates, embeddings and overrides (UAX #9). */
const OPEN_ISOLATE = /[\u2066-\u2068]/;
const OPEN_EMBEDDING = /[\u202A\u202B\u202D\u202E]/;
const POP_ISOLATE = "\u2069";
const POP_EMBEDDING = "\u202C";

/** Whether a text has at least one visible character. */
export const hasVisibleText = (text: string): boolean => VISIBLE_CHARACTER.test(text);

/**
 * Removes white space and invisible characters at both ends of a text. Kept are the characters that belong to the last
 * visible character (the variation selector of an emoji, the tags of a flag) and the marks that close a change of text
 * direction, so that the direction does not affect later text.
 */
export function trimInvisible(text: string): string {
	const rest = text.replace(INVISIBLE_START, "");
	const characters = Array.from(rest);
	let end = characters.length;
	while (end > 0 && INVISIBLE_CHARACTER.test(characters[end - 1] ?? "")) end--;
	let kept = end;
	while (VARIATION_SELECTOR.test(characters[kept] ?? "")) kept++;
	if (characters[end - 1] === BLACK_FLAG) while (TAG.test(characters[kept] ?? "")) kept++;
	const closing = closingMarks(characters, end, characters.slice(kept));
	return characters.slice(0, kept).join("") + closing;
}

/** The closing direction marks in the removed end of a text that the kept text still needs. */
function closingMarks(characters: string[], end: number, cut: string[]): string {
	let isolates = 0;
	let embeddings = 0;
	for (const character of characters.slice(0, end)) {
		if (OPEN_ISOLATE.test(character)) isolates++;
		else if (OPEN_EMBEDDING.test(character)) embeddings++;
		else if (character === POP_ISOLATE) isolates = Math.max(0, isolates - 1);
		else if (character === POP_EMBEDDING) embeddings = Math.max(0, embeddings - 1);
	}
	return cut
		.filter((character) => {
			if (character === POP_ISOLATE) return isolates-- > 0;
			if (character === POP_EMBEDDING) return embeddings-- > 0;
			return false;
		})
		.join("");
}

/**
 * Removes invisible characters from a text and turns wide blanks into spaces, so that codes and order numbers can be
 * compared. White space stays.
 */
export const withoutInvisible = (text: string): string =>
	text.replace(WIDE_BLANK, " ").replace(NOT_WHITE_SPACE, "");

/**
 * All hyphens and dashes, the minus sign, and the Japanese length mark that a kana keyboard types for a hyphen; to be
 * used inside the square brackets of a regular expression with the flag "u".
 */
export const DASHES = "\\p{Dash_Punctuation}\\u2212\\u30FC\\uFF70";

const FOREIGN_DIGIT = /(?![0-9])\p{Nd}/gu;
const IS_DIGIT = /^\p{Nd}$/u;

/**
 * Replaces the decimal digits of every script, including full-width digits, by 0 to 9. Digits of one script are
 * consecutive from 0 to 9 (Unicode Standard, section 4.6, stability policy for Numeric_Type=Decimal), so the offset
 * from the zero is the digit's value.
 */
export const toAsciiDigits = (text: string): string =>
	text.replace(FOREIGN_DIGIT, (digit) => {
		const point = digit.codePointAt(0) ?? 0;
		let first = point;
		while (IS_DIGIT.test(String.fromCodePoint(first - 1))) first--;
		return String((point - first) % 10);
	});
