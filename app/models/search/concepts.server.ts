import { CONCEPTS } from "./concept-list.ts";
import { stemTexts } from "./stems.server.ts";
import type { Term } from "./term.ts";
import { phraseOf, type StemPhrase } from "./text-vector.ts";
import { isTypoOf } from "./typos.ts";

/** Weight of a match by synonym. */
export const SYNONYM_WEIGHT = 0.9;
const TYPO_WEIGHT = 0.85;
/** Verbs whose object may come before the particle: "send the lamp back". */
export const SEPARABLE = /^(?:send|sent|ship|mail|bring|give|take|hand|put|turn|switch|pick|set|throw|call)/;

/** A concept with each of its words as stems; a phrase of stop words only has no stems. */
export type IndexedConcept = (typeof CONCEPTS)[number] & { phrases: StemPhrase[]; literal: RegExp | null };
export type ConceptIndex = {
	concepts: IndexedConcept[];
	byStem: Map<string, IndexedConcept[]>;
	phrases: Map<string, IndexedConcept[]>;
};

let index: Promise<ConceptIndex> | undefined;

/** A phrase as one text, for comparisons. */
export const stemsKey = (phrase: StemPhrase) => phrase.map(({ stem }) => stem).join(" ");

/** The index of all concepts with their words stemmed, built once per process. */
export function conceptIndex(): Promise<ConceptIndex> {
	index ??= buildIndex().catch((error) => {
		index = undefined;
		throw error;
	});
	return index;
}

async function buildIndex(): Promise<ConceptIndex> {
	const all = [...new Set(CONCEPTS.flatMap((concept) => concept.words))];
	const vectors = await stemTexts(all);
	const phraseByWord = new Map(all.map((word, i) => [word, phraseOf(vectors[i] ?? new Map())]));
	const byStem = new Map<string, IndexedConcept[]>();
	const phrases = new Map<string, IndexedConcept[]>();
	const concepts = CONCEPTS.map((concept): IndexedConcept => {
		const stemmed = concept.words.map((word) => phraseByWord.get(word) ?? []);
		// Stemming drops stop words, and "not allowed" must not match "allowed", so such phrases are matched literally.
		const isLossy = concept.words.map((word, i) => (stemmed[i]?.length ?? 0) < word.split(" ").length);
		const literal = concept.words.filter((_, i) => isLossy[i]);
		return {
			...concept,
			phrases: stemmed.map((phrase, i) => (isLossy[i] ? [] : phrase)),
			literal: literal.length > 0 ? literalPattern(literal) : null,
		};
	});
	for (const concept of concepts) {
		for (const word of concept.words) {
			const phrase = phraseByWord.get(word) ?? [];
			const isSpelledOut = word.includes(" ");
			const home = isSpelledOut ? phrases : byStem;
			const key = isSpelledOut ? word : stemsKey(phrase);
			if (key) home.set(key, [...(home.get(key) ?? []), concept]);
		}
	}
	return { concepts, byStem, phrases };
}

/** A pattern for any of the phrases, with or without apostrophes, which questions are read without. */
function literalPattern(phrases: string[]): RegExp {
	const spelled = phrases.map((phrase) => {
		const plain = phrase.replace(/(do|does|did|have|has|is|wo|ca)nt\b/g, "$1n['’]?t");
		const [first = "", ...rest] = plain.split(" ");
		const gap = SEPARABLE.test(first) && rest.length === 1 ? "(?: \\S+){0,3} " : " ";
		return `${first}(?:s|es|ed|ing)?${gap}${rest.join(" ")}`;
	});
	return new RegExp(`(?<!\\p{L})(?:${spelled.join("|")})(?!\\p{L})`, "iu");
}

/** Adds every phrase of a concept to a term, with the concept's weight. */
export function addConcept(term: Term, concept: IndexedConcept) {
	if (concept.isPolicy) term.isPolicy = true;
	const matchWeight = concept.synonymWeight ?? SYNONYM_WEIGHT;
	for (const phrase of concept.phrases) {
		const key = stemsKey(phrase);
		if (!key) continue;
		const before = term.alternatives.find((alternative) => stemsKey(alternative.phrase) === key);
		if (before) before.matchWeight = Math.max(before.matchWeight, matchWeight);
		else term.alternatives.push({ phrase, matchWeight });
	}
	if (concept.pattern) term.patterns.push({ pattern: concept.pattern, matchWeight });
	if (concept.literal) term.patterns.push({ pattern: concept.literal, matchWeight });
}

/** The stems of the concept's phrase that the question contains. */
export function spokenPhraseStems(concept: IndexedConcept, label: string): string[] {
	return concept.words.flatMap((word, i) =>
		word === label && concept.phrases[i] ? [stemsKey(concept.phrases[i])] : [],
	);
}

/** Stems of the concepts' single words that an unknown word may be a misspelling of. */
export async function correctToConcepts(typed: string): Promise<string[]> {
	const { byStem } = await conceptIndex();
	return [...byStem.keys()].filter((stem) => isTypoOf(typed, stem));
}

/** Adds the stems that a misspelt term probably means, and their synonyms. */
export async function addCorrections(term: Term, stems: string[]): Promise<void> {
	const { byStem } = await conceptIndex();
	for (const stem of stems) {
		term.alternatives.push({ phrase: [{ stem, offset: 0 }], matchWeight: TYPO_WEIGHT });
		for (const concept of byStem.get(stem) ?? []) {
			addConcept(term, {
				...concept,
				synonymWeight: Math.min(concept.synonymWeight ?? SYNONYM_WEIGHT, TYPO_WEIGHT),
			});
		}
	}
}
