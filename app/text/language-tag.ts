/**
 * Normalises a language tag (BCP 47): language, script and region in their usual case, deprecated codes replaced,
 * extensions removed. "de_DE" is "de-DE", "zh-hant-hk" is "zh-Hant-HK", "de-DE-u-co-phonebk" is "de-DE".
 * @returns null when the text is not a language tag.
 */
export function normaliseTag(text: string): string | null {
	try {
		const { language, script, region } = new Intl.Locale(text.trim().replaceAll("_", "-"));
		return [language, script, region].filter((part) => part !== undefined).join("-");
	} catch {
		return null;
	}
}

/** The primary language of a language tag: `de-AT` gives `de`, `fil-PH` gives `fil`. */
export const primaryLanguage = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] || "en";

/**
 * The language whose fixed texts (phrases, notices) fit a language tag: the primary language, or `zh-Hant` for Chinese
 * in the traditional script, which `zh-TW` and `zh-HK` imply.
 */
export const textLanguage = (tag: string): string => {
	const primary = primaryLanguage(tag);
	return primary === "zh" && scriptOf(tag) === "Hant" ? "zh-Hant" : primary;
};

/**
 * Whether two language tags name an equal language in an equal script: true for `pt-BR` and `pt`, false for Traditional
 * and Simplified Chinese.
 */
export function isSameLanguage(one: string, other: string): boolean {
	if (one === other) return true;
	const [a, b] = [likelyForm(one), likelyForm(other)];
	return a !== null && b !== null && a.language === b.language && a.script === b.script;
}

/** The usual script of a language as ISO 15924 code, such as Arab; null when unknown. Source: CLDR, through Intl. */
export const scriptOf = (tag: string): string | null => likelyForm(tag)?.script ?? null;

function likelyForm(tag: string): Intl.Locale | null {
	try {
		return new Intl.Locale(tag).maximize();
	} catch {
		return null;
	}
}

/**
 * The name of a language, written in another language: `languageNameIn("de", "fr")` is "allemand". The name includes a
 * script that the region decides: zh-TW is "Traditional Chinese (Taiwan)".
 */
export function languageNameIn(tag: string, inLanguage: string): string {
	try {
		const names = new Intl.DisplayNames(inLanguage, { type: "language" });
		const { language, region } = new Intl.Locale(tag);
		const script = scriptToName(tag);
		if (!script || !region) return names.of(tag) ?? tag;
		const name = names.of(`${language}-${script}`) ?? tag;
		if (name.includes("(")) return names.of(`${language}-${script}-${region}`) ?? name;
		return `${name} (${new Intl.DisplayNames(inLanguage, { type: "region" }).of(region) ?? region})`;
	} catch {
		return tag;
	}
}

/** The script that a language tag names or that its region implies; null when that is the language's usual script. */
function scriptToName(tag: string): string | null {
	const { language, script } = new Intl.Locale(tag);
	const likely = scriptOf(tag);
	return script ?? (likely === scriptOf(language) ? null : likely);
}

/**
 * Right-to-left scripts as ISO 15924 codes. Source: CLDR's scriptMetadata.txt (column "RTL?") and the Bidi_Class of
 * Unicode 16; not every browser has Intl.Locale's getTextInfo yet.
 */
const RIGHT_TO_LEFT = new Set(
	(
		"Adlm Arab Aran Armi Avst Chrs Cprt Elym Gara Hatr Hebr Hung Khar Lydi Mand Mani Mend Merc Mero Narb Nbat " +
		"Nkoo Orkh Ougr Palm Phli Phlp Phlv Phnx Prti Rohg Samr Sarb Sogd Sogo Syrc Syre Syrj Syrn Thaa Yezi"
	).split(" "),
);

/** Unicode blocks of right-to-left characters. Source: DerivedBidiClass.txt, Unicode 16. */
const RIGHT_TO_LEFT_LETTER =
	/[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** Whether a language is written from right to left. */
const isRightToLeft = (tag: string): boolean => RIGHT_TO_LEFT.has(scriptOf(tag) ?? "");

/**
 * The `dir` attribute for a text in a language: "rtl" for a right-to-left language, even when the text begins with a
 * Latin name; otherwise "auto", so that the browser decides by the first letter.
 */
export function directionOf(tag: string, text?: string): "rtl" | "auto" {
	return isRightToLeft(tag) && (text === undefined || RIGHT_TO_LEFT_LETTER.test(text)) ? "rtl" : "auto";
}
