const COMBINING_MARKS = /\p{M}+/gu;
/** Replacements for letters that do not decompose into a letter and an accent, and for variants of Arabic letters. */
const LETTER_REPLACEMENTS: Record<string, string> = {
	ł: "l",
	ı: "i",
	ß: "ss",
	ø: "o",
	æ: "ae",
	œ: "oe",
	ى: "ي",
	ة: "ه",
};

/**
 * Folds a text to lower case, without accents, vowel signs, apostrophes and punctuation, and with one space between
 * words. Customers often leave out accents.
 */
export function foldLetters(text: string): string {
	return text
		.normalize("NFKD")
		.replace(COMBINING_MARKS, "")
		.toLowerCase()
		.replace(COMBINING_MARKS, "")
		.replace(/['’‘`]/g, "")
		.replace(/[łıßøæœىة]/g, (letter) => LETTER_REPLACEMENTS[letter] ?? letter)
		.replace(/[^\p{L}\p{N}]+/gu, " ")
		.trim();
}
