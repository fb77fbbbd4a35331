/** The one currency of the store, as ISO 4217. Prices are kept in its cents. */
const STORE_CURRENCY = "USD";

/** An amount in cents as people of that locale write it: 8900 is "$89.00" for "en". */
export function formatMoney(cents: number, locale = "en-US"): string {
	return new Intl.NumberFormat(locale, { style: "currency", currency: STORE_CURRENCY }).format(cents / 100);
}
