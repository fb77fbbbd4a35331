import { primaryLanguage } from "#app/text/language-tag.ts";
import {
	COUNTRY,
	type Entry,
	fold,
	keyOf,
	type Lexicon,
	lexiconOf,
	type Part,
	WITHOUT_SPACES,
} from "./lexicon.ts";
import shared from "./shared.json" with { type: "json" };

/** A question as English search words. */
export type TranslatedQuestion = {
	/** All English words, in the order of the question. Names, numbers and English words stay as they are. */
	query: string;
	/**
	 * The English words that name the subject: "lamp warranty how long" is about a warranty. Without the names of goods,
	 * which a store's rules seldom mention. Null when there are none.
	 */
	subject: string | null;
	/** Share of the question's words that are known, without those that only frame it, 0 to 1. */
	knownShare: number;
};

const IS_NO_SUBJECT = new Set([...shared.framing, ...shared.objects]);

/**
 * Smallest share of a question's words that must be known to rely on its translation: two of three are enough, and one
 * of two is not. Measured in tests/integration/other-languages.test.ts.
 */
const MIN_KNOWN_SHARE = 0.62;

/** Number of characters that are read. Later words of a long message hardly change the result. */
const MAX_CHARACTERS = 600;
/** Longer words are not words; cutting them bounds the work for one word. */
const MAX_WORD_CHARACTERS = 40;

/** Languages that join nouns to one word ("Geschenkgutschein"), so that a word may have several parts. */
const WITH_COMPOUNDS = new Set(["de", "nl"]);
/** Shortest part of a compound after the first; shorter ones occur in other words by chance. */
const MIN_LATER_PART = 5;
/** The Arabic conjunctions, prepositions and articles that are written together with the next word. */
const ARABIC_PREFIX = /^(?:و|ف)?(?:ال|لل|بال|وال|ب|ل|ك)?/u;
const MIN_ARABIC_WORD = 3;

/** Whether the translation has the subject of the question and most of its words. */
export const isMostlyKnown = ({ subject, knownShare }: TranslatedQuestion): boolean =>
	subject !== null && knownShare >= MIN_KNOWN_SHARE;

/**
 * Translates the words of a question that matter for a store's support into English search words.
 * @param language of the question, BCP 47.
 * @returns null for languages without a word list, and for questions without a known word.
 */
export function translateKeywords(question: string, language: string): TranslatedQuestion | null {
	const primary = primaryLanguage(language);
	const lexicon = lexiconOf(primary);
	if (!lexicon) return null;
	const text = question.slice(0, MAX_CHARACTERS);
	const found = WITHOUT_SPACES.has(primary)
		? readWithoutSpaces(text, lexicon)
		: readWords(text, primary, lexicon);
	const english = [...new Set(found.english)];
	if (english.length === 0) return null;
	const total = found.known + found.unknown;
	return {
		query: joinWords([...english, ...found.kept]),
		subject: subjectOf(english),
		knownShare: total > 0 ? found.known / total : 0,
	};
}

function subjectOf(english: string[]): string | null {
	const subjects = english.filter((phrase) => !IS_NO_SUBJECT.has(phrase));
	const isCountry = (phrase: string) => phrase.startsWith(`${COUNTRY} `);
	// The name of a country alone is no subject: "What is the capital of Australia?"
	if (subjects.every(isCountry)) return null;
	return joinWords(subjects.map((phrase) => (isCountry(phrase) ? COUNTRY : phrase)));
}

/** Joins phrases without repeating a word. */
const joinWords = (phrases: string[]): string =>
	[...new Set(phrases.flatMap((phrase) => phrase.split(" ")))].join(" ");

/** The English search words found in a question, the words kept as they are, and the sizes of known and unknown text. */
type Found = { english: string[]; kept: string[]; known: number; unknown: number };

function readWords(question: string, language: string, lexicon: Lexicon): Found {
	const words = (question.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).map((word) =>
		word.slice(0, MAX_WORD_CHARACTERS),
	);
	const forms = words.map((word) => formsOf(word, language));
	const found: Found = { english: [], kept: [], known: 0, unknown: 0 };
	for (let at = 0; at < words.length; ) {
		const phrase = findPhrase(forms, at, lexicon);
		const parts = phrase ? [] : findParts(forms[at]?.[0] ?? "", language, lexicon);
		const next = phrase?.parts.length ?? 1;
		if (phrase) {
			const compound = next === 1 ? findParts(forms[at]?.[0] ?? "", language, lexicon) : [];
			found.english.push(
				...(compound.length > 0 ? compound.map(({ english }) => english) : [phrase.english]),
			);
			found.known += next;
		} else if (parts.length > 0) {
			found.english.push(...parts.map(({ english }) => english));
			// The first part of a compound says which kind: a "Daunenjacke" is not just any jacket.
			const isKindKnown = parts[0]?.at === 0;
			found.known += isKindKnown ? 1 : 0.5;
			found.unknown += isKindKnown ? 0 : 1;
		} else if (!isFrame(forms[at] ?? [], lexicon)) {
			const word = words[at] ?? "";
			if (isKeptAsIs(word, at, language)) found.kept.push(word);
			if (!/\p{N}/u.test(word)) found.unknown += 1;
		}
		at += next;
	}
	return found;
}

/** Numbers, names in a script or case that the language's own words do not have ("PayPal", "W2611340"). */
function isKeptAsIs(word: string, at: number, language: string): boolean {
	if (/\p{N}/u.test(word)) return true;
	if (/^\P{Lu}*$/u.test(word)) return false;
	if (/\p{L}\p{Lu}/u.test(word) && word !== word.toUpperCase()) return true;
	return at > 0 && language !== "de" && /^\p{Script=Latin}+$/u.test(word);
}

/** The folded forms of a word: as written and, in Arabic, without the words that are written together with it. */
function formsOf(word: string, language: string): string[] {
	const folded = fold(word, language);
	if (language !== "ar") return [folded];
	const bare = folded.replace(ARABIC_PREFIX, "");
	const withoutArticle = folded.replace(/^ال/u, "");
	return [...new Set([folded, withoutArticle, bare])].filter(
		(form) => form.length >= MIN_ARABIC_WORD || form === folded,
	);
}

const isMatch = ({ text, isPrefix }: Part, forms: readonly string[]): boolean =>
	forms.some((form) => (isPrefix ? form.startsWith(text) : form === text));

/** The entry with most words, and then most letters, that begins at a word. */
function findPhrase(forms: string[][], at: number, { entries }: Lexicon): Entry | undefined {
	let best: Entry | undefined;
	for (const form of forms[at] ?? []) {
		for (const entry of entries.get(keyOf(form)) ?? []) {
			if (best && !isLonger(entry, best)) continue;
			if (entry.parts.every((part, i) => isMatch(part, forms[at + i] ?? []))) best = entry;
		}
	}
	return best;
}

const isLonger = (one: Entry, other: Entry): boolean =>
	one.parts.length - other.parts.length > 0 ||
	(one.parts.length === other.parts.length && one.length > other.length);

/** The English words of the parts of a compound; empty in languages without compounds. */
function findParts(word: string, language: string, { entries }: Lexicon): { english: string; at: number }[] {
	if (!WITH_COMPOUNDS.has(language)) return [];
	const found: { english: string; at: number }[] = [];
	for (let at = 0; at < word.length; ) {
		const rest = word.slice(at);
		const entry = (entries.get(keyOf(rest)) ?? []).find(
			({ parts: [part], parts, length }) =>
				part &&
				parts.length === 1 &&
				(at === 0 || length >= MIN_LATER_PART) &&
				(part.isPrefix ? rest.startsWith(part.text) : rest === part.text),
		);
		if (entry) found.push({ english: entry.english, at });
		at += entry ? entry.length : 1;
	}
	return found;
}

const isFrame = (forms: readonly string[], { frame }: Lexicon): boolean =>
	forms.some((form) => frame.exact.has(form) || frame.prefixes.some((prefix) => form.startsWith(prefix)));

/** As `keyOf`, for a text in which a word of one letter may be followed by others. */
const keysOf = (text: string): Set<string> => new Set([text.slice(0, 2), text.slice(0, 1)]);

/** Characters that carry no subject by themselves when no phrase contains them: Japanese grammar is written in Hiragana. */
const GRAMMAR = /[\p{Script=Hiragana}\p{P}\p{Z}\p{S}ー]/u;

function readWithoutSpaces(question: string, lexicon: Lexicon): Found {
	const text = question.normalize("NFKC").toLowerCase();
	const found: Found = { english: [], kept: text.match(/[a-z0-9]{2,}/g) ?? [], known: 0, unknown: 0 };
	for (let at = 0; at < text.length; ) {
		const rest = text.slice(at, at + MAX_WORD_CHARACTERS);
		const starts = ({ parts: [part] }: Entry) => part !== undefined && rest.startsWith(part.text);
		const entry = [...keysOf(rest)].flatMap((key) => lexicon.entries.get(key) ?? []).find(starts);
		const frame = entry ? undefined : lexicon.frame.prefixes.find((word) => rest.startsWith(word));
		if (entry) {
			found.english.push(entry.english);
			found.known += entry.length;
		} else if (!frame && !GRAMMAR.test(rest[0] ?? "") && !/[a-z0-9]/.test(rest[0] ?? "")) found.unknown += 1;
		at += entry?.length ?? frame?.length ?? 1;
	}
	return found;
}
