import { primaryLanguage } from "#app/text/language-tag.ts";

/** The languages that the detector (eld 2) knows, by its own codes. Source: `eld.info().Languages`. */
const DETECTABLE_CODES = new Set(
	(
		"am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr " +
		"ms nl no or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh"
	).split(" "),
);

/**
 * What the detector takes a language for that it does not know, or knows by another code, or cannot tell from its
 * closest relative in a sentence. Found by sentences of a support chat in each of them.
 */
const DETECTED_AS: Record<string, readonly string[]> = {
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

/** The detector's codes that a text in the language may get, its own first. @param tag BCP 47. */
export function detectorCodes(tag: string): string[] {
	const primary = primaryLanguage(tag);
	return [primary, ...(DETECTED_AS[primary] ?? [])];
}

/** Whether the detector can tell that a text is in the language, or in a close relative of it. */
export const isDetectable = (tag: string): boolean =>
	detectorCodes(tag).some((code) => DETECTABLE_CODES.has(code));
