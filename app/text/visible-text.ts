/**
 * What counts as visible text. The rule follows the properties of the Unicode Character Database, as the engine
 * (Node or browser) knows them, with a few exceptions that are named here.
 */

/**
 * Drawn as nothing or as blank space: white space, controls, format characters, everything a display should
 * ignore by default (Hangul fillers, variation selectors, tags), and noncharacters. A combining mark without a
 * letter is not in the set, because fonts draw it.
 * Source: https://www.unicode.org/reports/tr44/ (White_Space, Default_Ignorable_Code_Point, General_Category).
 */
const BY_PROPERTY =
	"\\p{White_Space}\\p{Cc}\\p{Cf}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}";

/**
 * Characters that are blank although no property says so: object replacement character (stands for something
 * that was not copied), Braille pattern blank, Khitan filler, hieroglyphic blanks, null notehead.
 * Source: code charts of Unicode 15.1, https://www.unicode.org/charts/
 */
const BLANK_BY_NAME = "\\uFFFC\\u2800\\u{16FE4}\\u{13441}\\u{13442}\\u{1D159}";

/**
 * Format characters with a glyph of their own, such as the Arabic number sign: the property
 * Prepended_Concatenation_Mark of PropList.txt (Unicode 15.1), which regular expressions do not know.
 */
const VISIBLE_FORMAT = "\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\u{110BD}\\u{110CD}";

const INVISIBLE = `(?:(?![${VISIBLE_FORMAT}])[${BY_PROPERTY}${BLANK_BY_NAME}])`;

/** Blanks that take up room in a line, and so separate words as a space does. */
const WIDE_BLANK = /[\u115F\u1160\u3164\uFFA0\u2800\u{16FE4}\u{13441}\u{13442}\u{1D159}]/gu;

const VISIBLE_CHARACTER = new RegExp(`(?!${INVISIBLE}).`, "su");
const INVISIBLE_CHARACTER = new RegExp(`^${INVISIBLE}$`, "u");
const INVISIBLE_START = new RegExp(`^${INVISIBLE}+`, "u");
const NOT_WHITE_SPACE = new RegExp(`(?!\\p{White_Space})${INVISIBLE}`, "gu");

/** What may follow a character and change how it looks: variation selectors, and the tags of an emoji flag. */
const VARIATION_SELECTOR = /^[\uFE00-\uFE0F\u{E0100}-\u{E01EF}\u180B-\u180D\u180F]$/u;
const TAG = /^[\u{E0020}-\u{E007F}]$/u;
const BLACK_FLAG = "\u{1F3F4}";

/** Direction marks that stay open until their closing mark (UAX #9: isolates, then embeddings and overrides). */
const OPEN_ISOLATE = /[\u2066-\u2068]/;
const OPEN_EMBEDDING = /[\u202A\u202B\u202D\u202E]/;
const POP_ISOLATE = "\u2069";
const POP_EMBEDDING = "\u202C";

/** Whether a person sees anything of the text. An empty text has nothing to see. */
export const hasVisibleText = (text: string): boolean => VISIBLE_CHARACTER.test(text);

/**
 * Cuts white space and invisible characters off both ends. What belongs to the last visible character stays
 * (the variation selector of an emoji, the tags of a flag), and so do the marks that close a change of direction
 * inside the text, so that it does not spread to what is written behind.
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

/** The closing marks of the cut-off end that are needed for what is still open in the text before. */
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
 * The text as it is compared where only its letters and digits matter (codes, order numbers): invisible
 * characters are taken out, and blanks that take up room become spaces. White space stays.
 */
export const withoutInvisible = (text: string): string =>
	text.replace(WIDE_BLANK, " ").replace(NOT_WHITE_SPACE, "");

/**
 * Hyphens and dashes of all kinds, the minus sign and the Japanese length mark that a kana keyboard gives in the
 * place of a hyphen; the source of a character class for expressions with the flag "u".
 */
export const DASHES = "\\p{Dash_Punctuation}\\u2212\\u30FC\\uFF70";

const FOREIGN_DIGIT = /(?![0-9])\p{Nd}/gu;
const IS_DIGIT = /^\p{Nd}$/u;

/**
 * Writes the decimal digits of every script, full width included, as 0 to 9; all else stays.
 * Digits of one kind follow each other in the order 0 to 9 (Unicode Standard, section 4.6, and the stability
 * policy for Numeric_Type=Decimal), so the place in the run is the value.
 */
export const toAsciiDigits = (text: string): string =>
	text.replace(FOREIGN_DIGIT, (digit) => {
		const point = digit.codePointAt(0) ?? 0;
		let first = point;
		while (IS_DIGIT.test(String.fromCodePoint(first - 1))) first--;
		return String((point - first) % 10);
	});
