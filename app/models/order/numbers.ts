import { toAsciiDigits, withoutInvisible } from "#app/text/visible-text.ts";

/**
 * Regular expression of order numbers: `W2611340`, `#w2611340`, `order-2611340`, `order no. 261 1340`. A number without
 * a prefix needs exactly seven digits, without a plus sign or another number next to it, because it could be a phone or
 * card number. A grouped number needs a word such as "order" before it. At most six such words may follow each other;
 * without this limit a message of only hash signs would take half a second.
 */
const NUMBER_END_PATTERN =
	"(?![\\p{L}\\p{N}]|[.,]\\d|-\\d{2}|\\s?(?:[%$€£]|euros?\\b|eur\\b|dollars?\\b|usd\\b|pounds?\\b))";
const BARE_NUMBER_PATTERN = `(?<![\\p{L}\\p{N}.,+$€£-])(?:#\\s?)?(?:w[\\s._-]?(\\d{5,9})|(\\d{7}))${NUMBER_END_PATTERN}`;
const NAMED_NUMBER_PATTERN = `(?<!\\p{L})(?:(?:order|purchase|bestellung|commande|pedido|ordine|encomenda)(?:s?nummer)?|number|numéro|nummer|num|no|nr|#|№)(?:\\s?(?:#|№|:|no\\.?|nr\\.?|number|is|id)){0,6}[\\s._:-]{0,3}(w?(?:[\\s-]?\\d){7})(?![\\s-]?\\d)${NUMBER_END_PATTERN}`;
/** Matches a grouped order number such as "W 261 1340". */
const GROUPED_NUMBER_PATTERN = `(?<![\\p{L}\\p{N}])w[\\s-]?(\\d{3}[\\s-]\\d{4}|\\d{4}[\\s-]\\d{3}|\\d{2}[\\s-]\\d{2}[\\s-]\\d{3}|\\d{2}[\\s-]\\d{5}|\\d[\\s-]\\d{3}[\\s-]\\d{3})(?![\\s-]?\\d)${NUMBER_END_PATTERN}`;
const ORDER_NUMBER = new RegExp(
	`${BARE_NUMBER_PATTERN}|${NAMED_NUMBER_PATTERN}|${GROUPED_NUMBER_PATTERN}`,
	"giu",
);

/**
 * Matches dashes inside an order number that replace a hyphen, as word processors and Japanese keyboards write it.
 * After seven digits a dash is punctuation.
 */
const DASH_IN_NUMBER = /(?<=[\dw])(?<!\d{7})[\u2010-\u2013\u2212\u30FC](?=\d)/giu;

/**
 * Normalises a text so that order numbers can be found: digits of every script become 0 to 9, full-width letters become
 * plain, dashes in numbers become "-", invisible characters are removed.
 */
export const plainOrderText = (text: string): string =>
	toAsciiDigits(withoutInvisible(text).normalize("NFKC")).replace(DASH_IN_NUMBER, "-");

/**
 * Finds the order numbers in a text, in order, without repeats.
 * @returns order numbers in the stored form `W2611340`, without a hash sign.
 */
export function extractOrderNumbers(text: string): string[] {
	const plain = plainOrderText(text);
	const found = new Set<string>();
	for (const match of plain.matchAll(ORDER_NUMBER)) {
		const number = match.slice(1).find((group) => group !== undefined) ?? "";
		found.add(`W${number.replace(/\D/g, "")}`);
	}
	return [...found];
}
