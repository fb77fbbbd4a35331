import { directionOf, languageNameIn, primaryLanguage } from "#app/text/language-tag.ts";
import type { Translation } from "#db/shapes.ts";

/** Texts by language that tell the customer that the agent's reply was translated. */
const TRANSLATED_REPLY_NOTES: Record<string, string> = {
	en: "Translated · show original",
	de: "Übersetzt · Original zeigen",
	fr: "Traduit · voir l'original",
	es: "Traducido · ver el original",
	it: "Tradotto · mostra l'originale",
	nl: "Vertaald · origineel tonen",
	pt: "Traduzido · ver o original",
	pl: "Przetłumaczono · pokaż oryginał",
	tr: "Çevrildi · özgün metni göster",
	ar: "مترجم · عرض النص الأصلي",
	he: "תורגם · הצגת המקור",
};

/** The line below a translated message: for the customer in their language, for agents with the original language. */
export function translationNote({ from, isOriginal }: Translation, side: "user" | "agent"): string {
	if (side === "user") return TRANSLATED_REPLY_NOTES[primaryLanguage(from)] ?? TRANSLATED_REPLY_NOTES.en!;
	if (isOriginal) return `Sent in ${languageNameIn(from, "en")} · show your words`;
	return `Translated from ${languageNameIn(from, "en")} · show original`;
}

/** The `lang` and `dir` attributes for a text. @param text the text itself, when it is available. */
export const languageAttributes = (language: string | undefined, text?: string) =>
	language ? { lang: language, dir: directionOf(language, text) } : { dir: "auto" as const };
