/** Postgres's text search configurations by language; all are part of Postgres 14 and later. */
const CONFIGS: Record<string, string> = {
	ar: "arabic",
	hy: "armenian",
	eu: "basque",
	ca: "catalan",
	da: "danish",
	nl: "dutch",
	en: "english",
	fi: "finnish",
	fr: "french",
	de: "german",
	el: "greek",
	hi: "hindi",
	hu: "hungarian",
	id: "indonesian",
	ga: "irish",
	it: "italian",
	lt: "lithuanian",
	ne: "nepali",
	no: "norwegian",
	nb: "norwegian",
	nn: "norwegian",
	pt: "portuguese",
	ro: "romanian",
	ru: "russian",
	sr: "serbian",
	es: "spanish",
	sv: "swedish",
	ta: "tamil",
	tr: "turkish",
	yi: "yiddish",
};

/** The configuration for which there are concepts, typo correction and answer patterns. */
export const ENGLISH = "english";

/**
 * The text search configuration for a language. Languages without one are only split into words; languages written
 * without spaces are found by whole runs of text alone. @param locale BCP 47.
 */
export function searchConfig(locale: string): string {
	return CONFIGS[locale.toLowerCase().split("-")[0] ?? ""] ?? "simple";
}
