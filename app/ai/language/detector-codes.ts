import { primaryLanguage } from "#app/text/language-tag.ts";

/** The language codes of the detector (eld 2). Source: `eld.info().Languages`. */
const DETECTABLE_CODES = new Set(
	(
		"am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr " +
		"ms nl no or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh"
	).split(" "),
);

/**
 * For each language that the detector does not know, has under another code, or confuses with a related one: the codes
 * that the detector returns. Found with sentences of a support chat in each language.
 */
const DETECTOR_CODES_BY_LANGUAGE: Record<string, readonly string[]> = {
	nb: ["no", "da"],
	nn: ["no", "da", "sv"],
	no: ["da"],
	da: ["no"],
	fil: ["tl"],
	ceb: ["tl"],
	id: ["ms"],
	jv: ["ms"],
	bs: ["hr", "sl"],
	sr: ["hr", "sl"],
	hr: ["sl"],
	cs: ["sk"],
	sk: ["cs"],
	mk: ["bg", "sr"],
	af: ["nl"],
	fy: ["nl"],
	lb: ["de", "nl"],
	nds: ["de", "nl"],
	gsw: ["de"],
	gl: ["pt", "es"],
	ast: ["es"],
	oc: ["ca", "es", "fr"],
	eo: ["es", "pt", "it"],
	mt: ["it", "ca"],
	sc: ["it"],
	ht: ["fr", "ro"],
	uz: ["tr", "az"],
	tk: ["tr", "az"],
	kk: ["ru", "be", "uk", "bg", "sr"],
	ky: ["ru", "be", "uk", "bg", "sr"],
	mn: ["ru", "be", "uk", "bg", "sr"],
	tg: ["ru", "be", "uk", "bg", "sr"],
	ps: ["fa", "ur", "ar"],
	sd: ["fa", "ur", "ar"],
	ckb: ["ku", "fa", "ur", "ar"],
	ug: ["ku", "fa", "ur", "ar"],
	yi: ["he"],
	ne: ["hi", "mr"],
	yue: ["zh"],
};

/**
 * The codes that the detector may return for a text in the given language, the language's own code first.
 * @param tag BCP 47.
 */
export function detectorCodes(tag: string): string[] {
	const primary = primaryLanguage(tag);
	return [primary, ...(DETECTOR_CODES_BY_LANGUAGE[primary] ?? [])];
}

/** Whether the language detector recognises the language, or confuses it only with related languages. */
export const isDetectable = (tag: string): boolean =>
	detectorCodes(tag).some((code) => DETECTABLE_CODES.has(code));
