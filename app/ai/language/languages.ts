/** The languages the assistant has fixed phrases in, and tells from each other. */
export const LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt", "pl", "tr", "ar", "he"] as const;
export type Language = (typeof LANGUAGES)[number];

/** A language's own name in another one: `nameOf("de", "fr")` is "allemand". */
export function nameOf(language: string, inLanguage: string): string {
	try {
		return new Intl.DisplayNames(inLanguage, { type: "language" }).of(language) ?? language;
	} catch {
		return language;
	}
}
