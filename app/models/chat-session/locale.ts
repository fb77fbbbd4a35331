import { z } from "zod/v4";
import { plainTag, primaryLanguage } from "#app/text/language-tag.ts";

/** The language of a conversation: a BCP 47 tag such as en or pt-BR, at most 35 characters (RFC 5646, 4.4.1). */
export const localeTag = z
	.string()
	.max(35, { error: "A language tag has at most 35 characters." })
	.regex(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i, { error: "Use a BCP 47 tag such as en or pt-BR." });

/** What the customer writes in: as it was found, else as the page said, which is kept where both agree. */
export function spokenLanguage(session: { locale: string; detectedLanguage: string | null }): string {
	const { locale, detectedLanguage } = session;
	return !detectedLanguage || baseLanguage(detectedLanguage) === baseLanguage(locale)
		? locale
		: detectedLanguage;
}

/** `de-AT` is `de`. */
export const baseLanguage = primaryLanguage;

/** A tag of the settings or a form as it is compared and named to a model; English where it is none. */
export const languageTag = (text: string): string => plainTag(text) ?? "en";
