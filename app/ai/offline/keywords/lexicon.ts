import { foldLetters } from "#app/text/fold-letters.ts";
import { primaryLanguage } from "#app/text/language-tag.ts";
import ar from "./ar.json" with { type: "json" };
import de from "./de.json" with { type: "json" };
import es from "./es.json" with { type: "json" };
import fr from "./fr.json" with { type: "json" };
import it from "./it.json" with { type: "json" };
import ja from "./ja.json" with { type: "json" };
import nl from "./nl.json" with { type: "json" };
import pl from "./pl.json" with { type: "json" };
import pt from "./pt.json" with { type: "json" };
import ru from "./ru.json" with { type: "json" };
import shared from "./shared.json" with { type: "json" };
import tr from "./tr.json" with { type: "json" };
import zh from "./zh.json" with { type: "json" };

/**
 * The words of each language. `words` has, for each English search word, the words and phrases of the language that mean
 * it, separated by commas; a word that ends in * also stands for the words that begin with it. `frame` has words that
 * carry no subject.
 * `shared` has names that are the same in every language, and which English words only frame a question or name goods.
 * Prefixes are used rather than the stemmer of Postgres, because that has none for Polish, Chinese and Japanese.
 */
const FILES: Record<string, { frame: string; words: Record<string, string> }> = {
	ar,
	de,
	es,
	fr,
	it,
	ja,
	nl,
	pl,
	pt,
	ru,
	tr,
	zh,
};

/** The search word for a country. Its name follows, but few articles mention it. */
export const COUNTRY = "international";

/** Languages that are written without spaces between words: phrases are found anywhere in the text. */
export const WITHOUT_SPACES = new Set(["ja", "zh"]);
/** Shortest country name that may be cut, and the letters that are cut so that its cases match ("Niemczech"). */
const MIN_INFLECTED_NAME = 5;
const MAX_ENDING = 2;

/** A word of an entry. */
export type Part = { text: string; isPrefix: boolean };
/** A word or phrase of a language and the English search words that it means; `length` in letters. */
export type Entry = { english: string; parts: Part[]; length: number };
/** The words of a language. */
export type Lexicon = {
	/** By the first two letters, longest first. */
	entries: Map<string, Entry[]>;
	frame: { exact: Set<string>; prefixes: string[] };
};

const lexicons = new Map<string, Lexicon>();

/** Whether there are word lists for a language, BCP 47. */
export const hasKeywords = (language: string): boolean => Object.hasOwn(FILES, primaryLanguage(language));

/** Folds a word; in German "ue" and "ü" become the same. */
export const fold = (word: string, language: string): string => {
	const folded = foldLetters(word);
	return language === "de" ? folded.replace(/([aou])e/g, "$1") : folded;
};

/** The key of the entries that may match a text: its first two letters. A word of one letter has itself as key. */
export const keyOf = (text: string): string => text.slice(0, 2);

/** The words of a language (its primary tag); null when there are none. They are read once for each process. */
export function lexiconOf(language: string): Lexicon | null {
	const file = Object.hasOwn(FILES, language) ? FILES[language] : undefined;
	if (!file) return null;
	const known = lexicons.get(language);
	if (known) return known;
	const lexicon = buildLexicon(language, file);
	lexicons.set(language, lexicon);
	return lexicon;
}

function buildLexicon(language: string, file: { frame: string; words: Record<string, string> }): Lexicon {
	const isSpaced = !WITHOUT_SPACES.has(language);
	const split = (text: string): Part[] =>
		isSpaced
			? text.split(/[\s'’-]+/u).map((word) => ({ text: fold(word, language), isPrefix: word.endsWith("*") }))
			: [{ text: text.normalize("NFKC").toLowerCase(), isPrefix: true }];
	const all: Entry[] = [];
	const add = (english: string, text: string) => {
		const parts = split(text).filter((part) => part.text !== "");
		if (parts.length === 0) return;
		all.push({ english, parts, length: parts.reduce((sum, part) => sum + part.text.length, 0) });
	};
	for (const [english, list] of Object.entries(file.words))
		for (const text of list.split(", ")) add(english, text);
	if (isSpaced) for (const text of shared.names) add(text, text);
	for (const { name, english } of countryNames(language)) {
		const stem = name.length >= MIN_INFLECTED_NAME + MAX_ENDING ? `${name.slice(0, -MAX_ENDING)}*` : name;
		add(`${COUNTRY} ${english}`, isSpaced ? stem : name);
	}
	all.sort((a, b) => b.length - a.length);
	const entries = new Map<string, Entry[]>();
	for (const entry of all) {
		const key = keyOf(entry.parts[0]?.text ?? "");
		entries.set(key, [...(entries.get(key) ?? []), entry]);
	}
	const frame = file.frame.split(", ").filter(Boolean).flatMap(split);
	return {
		entries,
		frame: {
			exact: new Set(frame.flatMap(({ text, isPrefix }) => (isPrefix ? [] : [text]))),
			prefixes: frame
				.flatMap(({ text, isPrefix }) => (isPrefix ? [text] : []))
				.sort((a, b) => b.length - a.length),
		},
	};
}

/** The names of all countries in a language and in English: every pair of letters that the Unicode data (CLDR) names. */
function countryNames(language: string): { name: string; english: string }[] {
	const names = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
	const englishNames = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
	const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
	return letters.flatMap((first) =>
		letters.flatMap((second) => {
			const name = names.of(first + second);
			const english = englishNames.of(first + second);
			return name && english ? [{ name, english }] : [];
		}),
	);
}
