import { preferredLanguages } from "./accept-language.server.ts";

/**
 * The BCP 47 locale in which numbers and dates are formatted for a user. The shop's texts are English, so the locale
 * is the user's own English ("en-GB" writes 4 March), and American English for every other language.
 */
export function readerLocale(request: Request): string {
	const [first = ""] = preferredLanguages(request);
	return /^en-[A-Z]{2}$/.test(first) ? first : "en-US";
}
