import { extractOrderNumbers } from "#app/models/order/numbers.ts";
import { toAsciiDigits } from "#app/text/visible-text.ts";

/** Tried only where a word begins: from each of its letters anew, one endless word is read for seconds. */
const EMAIL = /(?<![\p{L}\d._%+-])[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu;
const ADDRESS_OF_A_PAGE = /\bhttps?:\/\/\S+|\bwww\.\S+/gi;
/** Phone, card and account numbers: at least seven digits, however they are grouped. */
const LONG_NUMBER = /\+?\d(?:[\s().\-/]{0,3}\d){6,}/g;
/** IBANs and other codes that mix capitals and digits. */
const CODE = /(?<![A-Z\d-])(?=[A-Z-]*\d)(?=[\d-]*[A-Z])[A-Z\d-]{8,}\b/g;
/** "my name is …", "I'm … and": the words people introduce themselves with, up to three capitalised words. */
const INTRODUCTION =
	/\b([Mm]y name is|[Ii] am called|[Ii]ch hei(?:ß|ss)e|[Jj]e m'appelle|[Mm]e llamo|[Mm]i chiamo) (\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*){0,2})/gu;
/** A number and a street, in either order. */
const STREET =
	/\b\d{1,5}[a-z]?\s+(?:\p{Lu}\p{L}{1,40}\s){1,3}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|way|court|square)\b\.?|(?<!\p{L})\p{Lu}\p{L}*(?<=straße|strasse|gasse|weg|platz|laan|straat)\s+\d{1,4}[a-z]?\b/giu;

/**
 * A customer's words without what says who they are: email addresses, pages, order, phone and account numbers,
 * streets, how they introduced themselves, and their name where the shop knows it. Each is replaced by a word
 * that keeps the sentence a sentence.
 */
export function withoutPersonalData(text: string, name: string | null = null): string {
	let clean = toAsciiDigits(text)
		.replace(EMAIL, "[email]")
		.replace(ADDRESS_OF_A_PAGE, "[link]")
		.replace(STREET, "[address]");
	for (const written of findOrderNumbersAsWritten(clean)) clean = clean.replaceAll(written, "[order]");
	clean = clean.replace(CODE, "[code]").replace(LONG_NUMBER, "[number]");
	clean = clean.replace(INTRODUCTION, (_, words: string) => `${words} [name]`);
	for (const part of name?.split(/\s+/) ?? []) {
		if (part.length > 2)
			clean = clean.replace(new RegExp(`(?<!\\p{L})${literally(part)}(?!\\p{L})`, "giu"), "[name]");
	}
	return clean.trim();
}

/** Order numbers in the forms people write them: with a hash sign, with or without the letter. */
function findOrderNumbersAsWritten(text: string): string[] {
	return extractOrderNumbers(text).flatMap((number) => {
		const digits = number.replace(/\D/g, "");
		return [...text.matchAll(new RegExp(`(?:#\\s?)?(?:w[\\s-]?)?${digits}`, "gi"))].map(
			([written]) => written,
		);
	});
}

const literally = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
