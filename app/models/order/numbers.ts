import { toAsciiDigits, withoutInvisible } from "#app/text/visible-text.ts";

/**
 * Order numbers as people write them: `W2611340`, `#w2611340`, `order-2611340`, `order no. 261 1340`. A bare number
 * needs seven digits, and neither more nor a plus sign or another number beside it, or phone and card numbers would
 * count; one in groups needs a word before it that says it is an order's. Nobody puts more than six such words in a
 * row, and without that bound a message of nothing but hash signs is read for half a second.
 */
const AFTER =
	"(?![\\p{L}\\p{N}]|[.,]\\d|-\\d{2}|\\s?(?:[%$€£]|euros?\\b|eur\\b|dollars?\\b|usd\\b|pounds?\\b))";
const BARE = `(?<![\\p{L}\\p{N}.,+$€£-])(?:#\\s?)?(?:w[\\s._-]?(\\d{5,9})|(\\d{7}))${AFTER}`;
const NAMED = `(?<!\\p{L})(?:(?:order|purchase|bestellung|commande|pedido|ordine|encomenda)(?:s?nummer)?|number|numéro|nummer|num|no|nr|#|№)(?:\\s?(?:#|№|:|no\\.?|nr\\.?|number|is|id)){0,6}[\\s._:-]{0,3}(w?(?:[\\s-]?\\d){7})(?![\\s-]?\\d)${AFTER}`;
/** "W 261 1340". */
const GROUPED = `(?<![\\p{L}\\p{N}])w[\\s-]?(\\d{3}[\\s-]\\d{4}|\\d{4}[\\s-]\\d{3}|\\d{2}[\\s-]\\d{2}[\\s-]\\d{3}|\\d{2}[\\s-]\\d{5}|\\d[\\s-]\\d{3}[\\s-]\\d{3})(?![\\s-]?\\d)${AFTER}`;
const ORDER_NUMBER = new RegExp(`${BARE}|${NAMED}|${GROUPED}`, "giu");

/**
 * Dashes that stand in a number for a hyphen, as word processors and Japanese keyboards write it; behind seven
 * digits they are punctuation.
 */
const DASH_IN_NUMBER = /(?<=[\dw])(?<!\d{7})[\u2010-\u2013\u2212\u30FC](?=\d)/giu;

/**
 * A text in which order numbers can be compared: digits of every script as 0 to 9, full width as plain letters,
 * hyphens in numbers as "-", and no invisible characters.
 */
export const plainOrderText = (text: string): string =>
	toAsciiDigits(withoutInvisible(text).normalize("NFKC")).replace(DASH_IN_NUMBER, "-");

/**
 * Finds the order numbers in a text, in the order they come, each once.
 * @returns numbers as they are kept: `W2611340`, without the hash sign.
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
