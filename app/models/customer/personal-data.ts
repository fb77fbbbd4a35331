import { extractOrderNumbers } from "#app/models/order/numbers.ts";
import { toAsciiDigits } from "#app/text/visible-text.ts";

/** Matches an email address, only at the start of a word: otherwise a very long word takes quadratic time. */
const EMAIL_PATTERN = /(?<![\p{L}\d._%+-])[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu;
const URL_PATTERN = /\bhttps?:\/\/\S+|\bwww\.\S+/gi;
/** Matches phone, card and account numbers: at least seven digits, in any grouping. */
const LONG_NUMBER = /\+?\d(?:[\s().\-/]{0,3}\d){6,}/g;
/** Matches IBANs (bank account numbers) and other codes of capital letters and digits. */
const CAPITALS_CODE_PATTERN = /(?<![A-Z\d-])(?=[A-Z-]*\d)(?=[\d-]*[A-Z])[A-Z\d-]{8,}\b/g;
/** Matches phrases such as "my name is …" with up to three capitalised words after them. */
const INTRODUCTION_PATTERN =
	/\b([Mm]y name is|[Ii] am called|[Ii]ch hei(?:ß|ss)e|[Jj]e m'appelle|[Mm]e llamo|[Mm]i chiamo) (\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*){0,2})/gu;
/** Matches a house number and a street name, in either order. */
const STREET_PATTERN =
	/\b\d{1,5}[a-z]?\s+(?:\p{Lu}\p{L}{1,40}\s){1,3}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|way|court|square)\b\.?|(?<!\p{L})\p{Lu}\p{L}*(?<=straße|strasse|gasse|weg|platz|laan|straat)\s+\d{1,4}[a-z]?\b/giu;

/**
 * Removes personal data from a text: email addresses, URLs, order, phone and account numbers, streets, introductions
 * such as "my name is …", and the customer's name. A general word replaces each, so that the sentence stays readable.
 * @param name the customer's name, when the store knows it.
 */
export function withoutPersonalData(text: string, name: string | null = null): string {
	let clean = toAsciiDigits(text)
		.replace(EMAIL_PATTERN, "[email]")
		.replace(URL_PATTERN, "[link]")
		.replace(STREET_PATTERN, "[address]");
	for (const written of findOrderNumbersAsWritten(clean)) clean = clean.replaceAll(written, "[order]");
	clean = clean.replace(CAPITALS_CODE_PATTERN, "[code]").replace(LONG_NUMBER, "[number]");
	clean = clean.replace(INTRODUCTION_PATTERN, (_, words: string) => `${words} [name]`);
	for (const part of name?.split(/\s+/) ?? []) {
		if (part.length > 2)
			clean = clean.replace(new RegExp(`(?<!\\p{L})${escapeRegExp(part)}(?!\\p{L})`, "giu"), "[name]");
	}
	return clean.trim();
}

/** Finds order numbers as they are written in a text: with or without the hash sign and the letter. */
function findOrderNumbersAsWritten(text: string): string[] {
	return extractOrderNumbers(text).flatMap((number) => {
		const digits = number.replace(/\D/g, "");
		return [...text.matchAll(new RegExp(`(?:#\\s?)?(?:w[\\s-]?)?${digits}`, "gi"))].map(
			([written]) => written,
		);
	});
}

const escapeRegExp = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
