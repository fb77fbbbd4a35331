import { preferredLanguages } from "#app/http/accept-language.server.ts";

/**
 * The viewer's locale for numbers and dates, as BCP 47. The shop's texts are English, so it is the viewer's own
 * English ("en-GB" writes 4 March) or, for any other language, American English.
 */
export function readerLocale(request: Request): string {
	const [first = ""] = preferredLanguages(request);
	return /^en-[A-Z]{2}$/.test(first) ? first : "en-US";
}

/** A day such as "Mar 4, 2026"; the shop's days are UTC days. */
export function formatDay(date: Date, locale: string): string {
	return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(date);
}
