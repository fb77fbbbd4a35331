import { stemTexts } from "./stems.server.ts";
import synonymGroups from "./synonyms.en.json" with { type: "json" };
import { phraseKey, phraseOf, type StemPhrase } from "./text-vector.ts";

/** A phrase that a text may contain instead of the question's own words; weight 0 to 1. */
export type Alternative = { phrase: StemPhrase; weight: number };

/** The synonyms of words and phrases, by the `phraseKey` of their stems. */
export type SynonymIndex = Map<string, Alternative[]>;

/** A group of words and phrases with the same meaning, and the weight of a match by synonym. */
type SynonymGroup = { weight: number; words: string[] };

/**
 * The groups of English synonyms from the data file. There, each line is a group, and the keys are the weights: 0.9 for
 * words that mean the same, 0.5 for words that only often occur together.
 */
const SYNONYM_GROUPS: SynonymGroup[] = Object.entries(synonymGroups).flatMap(([weight, lines]) =>
	lines.map((line) => ({ weight: Number(weight), words: line.split(", ") })),
);

let loadedIndex: Promise<SynonymIndex> | undefined;

/** The index of the English synonyms. It is built once per process, because Postgres stems the words. */
export function loadSynonyms(): Promise<SynonymIndex> {
	loadedIndex ??= buildIndex().catch((error) => {
		loadedIndex = undefined;
		throw error;
	});
	return loadedIndex;
}

async function buildIndex(): Promise<SynonymIndex> {
	const words = [...new Set(SYNONYM_GROUPS.flatMap((group) => group.words))];
	const vectors = await stemTexts(words);
	const phrases = new Map(words.map((word, i) => [word, phraseOf(vectors[i] ?? new Map())]));
	const weights = new Map<string, Map<string, Alternative>>();
	for (const group of SYNONYM_GROUPS) {
		const members = group.words.map((word) => phrases.get(word) ?? []).filter((phrase) => phrase.length > 0);
		for (const from of members) {
			const alternatives = weights.get(phraseKey(from)) ?? new Map<string, Alternative>();
			weights.set(phraseKey(from), alternatives);
			for (const phrase of members) {
				const key = phraseKey(phrase);
				const before = alternatives.get(key)?.weight ?? 0;
				if (key !== phraseKey(from) && group.weight > before)
					alternatives.set(key, { phrase, weight: group.weight });
			}
		}
	}
	return new Map([...weights].map(([key, alternatives]) => [key, [...alternatives.values()]]));
}
