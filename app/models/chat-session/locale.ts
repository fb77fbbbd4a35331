import { z } from "zod/v4";
import { normaliseTag, primaryLanguage } from "#app/text/language-tag.ts";

/** Schema of a session's language: a BCP 47 tag such as en or pt-BR, at most 35 characters (RFC 5646, 4.4.1). */
export const localeTag = z
	.string()
	.max(35, { error: "A language tag has at most 35 characters." })
	.regex(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i, { error: "Use a BCP 47 tag such as en or pt-BR." });

/**
 * The language that the customer writes in: the detected language, otherwise the page's. The page's tag is kept when it
 * names the detected language, because it may have a region.
 */
export function customerLanguage(session: { locale: string; detectedLanguage: string | null }): string {
	const { locale, detectedLanguage } = session;
	return !detectedLanguage || baseLanguage(detectedLanguage) === baseLanguage(locale)
		? locale
		: detectedLanguage;
}

/** The primary language of a language tag: `de-AT` gives `de`. */
export const baseLanguage = primaryLanguage;

/** Normalises a language tag from the settings or a form. An invalid tag gives "en". */
export const tagOrEnglish = (text: string): string => normaliseTag(text) ?? "en";
