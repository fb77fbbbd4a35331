import type { Translation } from "#db/shapes.ts";

/** How a customer is told that a reply was translated, in their language. */
const TRANSLATED: Record<string, string> = {
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

/** The line under a translated message, for whoever reads it. */
export function translatedLine({ from, isOriginal }: Translation, side: "user" | "agent"): string {
	if (side === "user") return TRANSLATED[from] ?? TRANSLATED.en!;
	if (isOriginal) return `Sent in ${languageIn(from)} · show your words`;
	return `Translated from ${languageIn(from)} · show original`;
}

/** Languages whose script runs from right to left. */
const RIGHT_TO_LEFT = new Set(["ar", "he", "fa", "ur"]);

/** The attributes of text in a language. */
export const inLanguage = (language: string | undefined) =>
	language
		? { lang: language, dir: RIGHT_TO_LEFT.has(language) ? ("rtl" as const) : ("ltr" as const) }
		: { dir: "auto" as const };

function languageIn(language: string): string {
	return new Intl.DisplayNames("en", { type: "language" }).of(language) ?? language;
}
