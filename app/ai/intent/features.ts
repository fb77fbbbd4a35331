/**
 * What the intent model sees of a text: whole words, neighbouring pairs, and the letters inside words, all
 * hashed into a fixed number of buckets ("feature hashing", Weinberger et al. 2009), so that misspellings and
 * words no training text had still say something, and the model stays one small array.
 */

import { CONCEPTS } from "#app/models/search/concept-list.ts";

export const BUCKET_BITS = 14;
const BUCKET_COUNT = 1 << BUCKET_BITS;
/** Nothing after this many words changes an intent; the work stays bounded. */
const MAX_WORDS = 80;
/** … and is bounded also for a text that is one endless word: eighty words take a quarter of this. */
const MAX_CHARACTERS = 2_000;
/** Letters inside words weigh less than the words: they repeat each other. */
const LETTER_NGRAM_WEIGHT = 0.35;

/** What a word of a known meaning weighs beside the word itself. */
const CONCEPT_WEIGHT = 0.8;
/** A concept that holds for half a vocabulary ("refund" and "money") says too little. */
const MIN_CONCEPT_KINSHIP = 0.85;

/** A word without its commonest endings: rough, but alike for every form of a word. */
function stemRoughly(word: string): string {
	const root = word.replace(/(?:ing|ed|es|s|e|y|ies|ied)$/, "");
	return root.length >= 3 ? root : word;
}

/** Which concepts a word belongs to, by its root: "bill" and "receipt" share what is learned of an invoice. */
const conceptsByStem = new Map<string, string[]>();
for (const concept of CONCEPTS) {
	if ((concept.kinship ?? 1) < MIN_CONCEPT_KINSHIP) continue;
	// By its words and not by its place, so that another concept in the list changes nothing of this one.
	const name = concept.words.slice(0, 2).join(" ");
	for (const word of concept.words) {
		if (word.includes(" ")) continue;
		const root = stemRoughly(word);
		const known = conceptsByStem.get(root) ?? [];
		if (!known.includes(name)) conceptsByStem.set(root, [...known, name]);
	}
}

/** FNV-1a over UTF-16 units, mixed down to a bucket. */
function hashToBucket(text: string): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) {
		hash ^= text.charCodeAt(i);
		hash = Math.imul(hash, 0x01000193);
	}
	hash ^= hash >>> 15;
	hash = Math.imul(hash, 0x2c1b3c6d);
	hash ^= hash >>> 13;
	return hash & (BUCKET_COUNT - 1);
}

/** "…@….…", by places and not by a pattern: one with three runs of anything takes minutes over "a@a@a@a@". */
function isEmailAddress(run: string): boolean {
	const at = run.indexOf("@", 1);
	return at > 0 && run.lastIndexOf(".", run.length - 2) > at + 1;
}

/** Words in lower case, with every order number, amount, number and address replaced by what it is. */
export function tokenizeForIntent(text: string): string[] {
	return text
		.slice(0, MAX_CHARACTERS)
		.normalize("NFKC")
		.toLowerCase()
		.replace(/\S+/g, (run) => (isEmailAddress(run) ? " emailaddress " : run))
		.replace(/#?\bw\d{5,}\b|#\s?\d{4,}|\b\d{6,}\b/g, " ordernumber ")
		.replace(/[$€£]\s?\d[\d.,]*|(?<![\w.,])\d[\d.,]*\s?(usd|eur|dollars?|euros?|pounds?)\b/g, " amount ")
		.replace(/\d+/g, " number ")
		.replace(/['’‘`]/g, "")
		.split(/[^\p{L}]+/u)
		.filter(Boolean)
		.slice(0, MAX_WORDS);
}

/**
 * The buckets a text falls into, each with its value; the values' squares add up to 1, so that a long text
 * speaks no louder than a short one.
 */
export function computeIntentFeatures(text: string): Map<number, number> {
	const words = tokenizeForIntent(text);
	const values = new Map<number, number>();
	const add = (feature: string, value: number) => {
		const bucket = hashToBucket(feature);
		values.set(bucket, (values.get(bucket) ?? 0) + value);
	};
	for (const [i, word] of words.entries()) {
		add(`w:${word}`, 1);
		add(`b:${words[i - 1] ?? "^"} ${word}`, 0.8);
		if (i === words.length - 1) add(`b:${word} $`, 0.8);
		for (const name of conceptsByStem.get(stemRoughly(word)) ?? []) add(`k:${name}`, CONCEPT_WEIGHT);
		const padded = `<${word}>`;
		for (let length = 3; length <= 5; length++) {
			for (let start = 0; start + length <= padded.length; start++) {
				add(`c:${padded.slice(start, start + length)}`, LETTER_NGRAM_WEIGHT);
			}
		}
	}
	add("^", 0.5);
	let squares = 0;
	for (const value of values.values()) squares += value * value;
	const norm = Math.sqrt(squares);
	for (const [bucket, value] of values) values.set(bucket, value / norm);
	return values;
}
