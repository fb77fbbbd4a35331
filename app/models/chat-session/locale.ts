import { z } from "zod/v4";
import { normaliseTag, primaryLanguage } from "#app/text/language-tag.ts";

/** The language of a session: a BCP 47 tag such as en or pt-BR, at most 35 characters (RFC 5646, 4.4.1). */
export const localeTag = z
	.string()
	.max(35, { error: "A language tag has at most 35 characters." })
	.regex(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i, { error: "Use a BCP 47 tag such as en or pt-BR." });

/**
 * The language that the customer writes in: the detected one, otherwise the page's. The page's tag is kept when both
 * are the same language.
 */
export function customerLanguage(session: { locale: string; detectedLanguage: string | null }): string {
	const { locale, detectedLanguage } = session;
	return !detectedLanguage || baseLanguage(detectedLanguage) === baseLanguage(locale)
		? locale
		: detectedLanguage;
}

/** The primary language of a tag: `de-AT` gives `de`. */
export const baseLanguage = primaryLanguage;

/** Normalises a language tag from the settings or a form; an invalid tag gives "en". */
export const tagOrEnglish = (text: string): string => normaliseTag(text) ?? "en";
