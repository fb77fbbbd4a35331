/** Postgres's text search configurations by language; all of them come with Postgres 14 and later. */
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

/** The configuration whose concepts, typos and forms of answers we know. */
export const ENGLISH = "english";

/**
 * The configuration texts of a language are stemmed with. Languages Postgres has none for are only cut into
 * words; those written without spaces are then found by whole runs of text alone.
 * @param locale BCP 47.
 */
export function searchConfig(locale: string): string {
	return CONFIGS[locale.toLowerCase().split("-")[0] ?? ""] ?? "simple";
}
