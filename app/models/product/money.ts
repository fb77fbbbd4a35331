/** The store's currency (ISO 4217). Prices are stored in its cents. */
export const STORE_CURRENCY = "USD";

/** Formats an amount in cents for a locale: 8900 is "$89.00" for "en". */
export function formatMoney(cents: number, locale = "en-US"): string {
	return new Intl.NumberFormat(locale, { style: "currency", currency: STORE_CURRENCY }).format(cents / 100);
}
