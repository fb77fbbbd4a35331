/**
 * Order numbers as people write them: `W2611340`, `#w2611340`, `order 2611340`. A bare number needs seven
 * digits, and neither more nor a plus sign or another number beside it, or phone and card numbers would count.
 */
const ORDER_NUMBER =
	/(?<![\p{L}\p{N}.,+$€£-])(?:#\s?)?(?:w[\s-]?(\d{5,9})|(\d{7}))(?![\p{L}\p{N}]|[.,-]\d|\s?(?:[%$€£]|euros?\b|eur\b|dollars?\b|usd\b|pounds?\b))/giu;

/**
 * Finds the order numbers in a text, in the order they come, each once.
 * @returns numbers as they are kept: `W2611340`, without the hash sign.
 */
export function extractOrderNumbers(text: string): string[] {
	const found = new Set<string>();
	for (const match of text.normalize("NFKC").matchAll(ORDER_NUMBER)) found.add(`W${match[1] ?? match[2]}`);
	return [...found];
}
