/**
 * Computes the features of a text for the intent model: words, pairs of neighbouring words, and letters inside words,
 * hashed into a fixed number of buckets ("feature hashing", Weinberger et al. 2009), and the text's embedding. Misspelled
 * and unknown words therefore have features too, and words that mean the same share those of the embedding.
 */

export const BUCKET_BITS = 14;
export const BUCKET_COUNT = 1 << BUCKET_BITS;
/** Numbers in an embedding of the built-in encoder; each is one feature after the buckets. */
const EMBEDDING_LENGTH = 512;
export const FEATURE_COUNT = BUCKET_COUNT + EMBEDDING_LENGTH;
/** Words of a text that the intent model reads. Later words do not change the intent. */
const MAX_WORDS = 80;
/**
 * Characters of a text that the intent model reads, in case the text is one very long word. Eighty words take a quarter
 * of this.
 */
const MAX_CHARACTERS = 2_000;
/**
 * Weight of a letter n-gram (letters inside a word), compared with 1 for a word. N-grams count less because they repeat
 * each other.
 */
const LETTER_NGRAM_WEIGHT = 0.35;
/** Length of the embedding's part of the features, compared with 1 for all buckets together. */
const EMBEDDING_WEIGHT = 1;

/** Hashes a text to the number of a bucket: FNV-1a over UTF-16 units, then mixed. */
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

/**
 * Whether a word is an email address. The check searches for positions of characters, because a regular expression with
 * three repetitions takes minutes for "a@a@a@a@".
 */
function isEmailAddress(run: string): boolean {
	const at = run.indexOf("@", 1);
	return at > 0 && run.lastIndexOf(".", run.length - 2) > at + 1;
}

/**
 * Splits a text into lower-case words. One placeholder word replaces all order numbers; another replaces all amounts,
 * and likewise for other numbers and email addresses.
 */
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
 * Computes the features of a text with their values. The squares of the buckets' values add up to 1, so that the length
 * of the text does not matter; so do those of the embedding.
 * @param embedding of the text by the built-in encoder; null when there is none, as for a text that is not English.
 */
export function computeIntentFeatures(
	text: string,
	embedding: Float32Array | null = null,
): Map<number, number> {
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
		const padded = `<${word}>`;
		for (let length = 3; length <= 5; length++) {
			for (let start = 0; start + length <= padded.length; start++) {
				add(`c:${padded.slice(start, start + length)}`, LETTER_NGRAM_WEIGHT);
			}
		}
	}
	add("^", 0.5);
	const norm = Math.hypot(...values.values());
	for (const [bucket, value] of values) values.set(bucket, value / norm);
	const length = embedding ? Math.hypot(...embedding) : 0;
	for (const [i, value] of embedding?.entries() ?? [])
		values.set(BUCKET_COUNT + i, (EMBEDDING_WEIGHT * value) / length);
	return values;
}
