import { BUCKET_COUNT, computeIntentFeatures, FEATURE_COUNT } from "./features.ts";
import { computeProbabilities } from "./model.ts";

export type TrainingExample = {
	text: string;
	label: string;
	/** Weight of the example in the training; 1 is normal. */
	weight: number;
	/** The text's embedding by the built-in encoder. */
	embedding: Float32Array;
};

/** Passes over all examples. */
const EPOCHS = 12;
const LEARNING_RATE = 0.25;
const L2_FACTOR = 2e-6;
/**
 * Probability of the right label that the training aims at. It is below 1 so that the model stays uncertain where
 * examples disagree (label smoothing).
 */
const TARGET_PROBABILITY = 0.96;
const WORD_DROPOUT_SHARE = 0.12;
/** Share of examples without their embedding, because texts that are not English have none. */
const EMBEDDING_DROPOUT_SHARE = 0.3;
/**
 * Smallest kept weight of a bucket as a share of the largest weight. Smaller weights are set to zero, which halves the
 * size of the model file.
 */
const MIN_WEIGHT_SHARE = 0.08;

/**
 * Trains the intent model, which is linear: multinomial logistic regression with Adagrad (Duchi et al. 2011) and a
 * small L2 penalty. Small weights are set to zero at the end, so that the packed file is small. Words are dropped from
 * examples at random, so that the model does not learn the fixed phrases of one source ("I need assistance to …"). The
 * random numbers are seeded, so equal examples give equal weights.
 * @returns one weight for each label and feature.
 */
export function trainIntents(examples: TrainingExample[], labels: string[]): Float32Array {
	const count = labels.length;
	const weights = new Float32Array(FEATURE_COUNT * count);
	const gradients = new Float32Array(weights.length).fill(1e-6);
	const random = seededRandom(20);
	for (let epoch = 0; epoch < EPOCHS; epoch++) {
		for (const example of shuffled(examples, random)) {
			const gold = labels.indexOf(example.label);
			const embedding = random() < EMBEDDING_DROPOUT_SHARE ? null : example.embedding;
			const text = addTypingNoise(dropWords(example.text, random), random);
			const features = computeIntentFeatures(text, embedding);
			const probabilities = computeProbabilities({ labels, scale: 1, weights }, features);
			for (const [feature, value] of features) {
				for (let label = 0; label < count; label++) {
					const target = label === gold ? TARGET_PROBABILITY : (1 - TARGET_PROBABILITY) / (count - 1);
					const at = feature * count + label;
					const gradient =
						(probabilities[label]! - target) * value * example.weight + L2_FACTOR * weights[at]!;
					gradients[at]! += gradient * gradient;
					weights[at]! -= (LEARNING_RATE * gradient) / Math.sqrt(gradients[at]!);
				}
			}
		}
	}
	const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
	return weights.map((weight, at) =>
		at < BUCKET_COUNT * count && Math.abs(weight) < largest * MIN_WEIGHT_SHARE ? 0 : weight,
	);
}

function dropWords(text: string, random: () => number): string {
	const words = text.split(/\s+/);
	if (words.length < 3) return text;
	return words.filter(() => random() >= WORD_DROPOUT_SHARE).join(" ") || text;
}

const CHAT_OPENINGS = [
	"hi",
	"hello",
	"hey",
	"ok so",
	"please",
	"good morning",
	"hi there",
	"sorry",
	"question",
];
const CHAT_ENDINGS = ["please", "pls", "thanks", "thank you", "asap", "can you help", "?"];
const SHORTHAND_WORDS: Record<string, string> = {
	you: "u",
	your: "ur",
	please: "pls",
	are: "r",
	to: "2",
	for: "4",
	because: "cause",
	going: "gonna",
	thanks: "thx",
	want: "wanna",
};
const OPENING_SHARE = 0.12;
const ENDING_SHARE = 0.1;
const SHORTHAND_SHARE = 0.15;
const TYPING_ERROR_SHARE = 0.04;

/**
 * Changes a text to look like typing in a chat: adds a greeting or an ending, uses shorthand, and makes typing errors.
 */
function addTypingNoise(text: string, random: () => number): string {
	const words = text.split(/\s+/).map((word) => {
		const short = SHORTHAND_WORDS[word.toLowerCase()];
		if (short && random() < SHORTHAND_SHARE) return short;
		return word.length >= 5 && !word.includes("{") && random() < TYPING_ERROR_SHARE
			? addTypingError(word, random)
			: word;
	});
	// Short texts get no greeting: the intent model could not learn anything from a greeting before every text.
	if (words.length < 3) return words.join(" ");
	if (random() < OPENING_SHARE)
		words.unshift(CHAT_OPENINGS[Math.floor(random() * CHAT_OPENINGS.length)] ?? "");
	if (random() < ENDING_SHARE) words.push(CHAT_ENDINGS[Math.floor(random() * CHAT_ENDINGS.length)] ?? "");
	return words.join(" ");
}

/** Returns the word with one letter left out, doubled, or swapped with the next letter. */
function addTypingError(word: string, random: () => number): string {
	const at = 1 + Math.floor(random() * (word.length - 2));
	const kind = random();
	if (kind < 0.4) return word.slice(0, at) + word.slice(at + 1);
	if (kind < 0.6) return word.slice(0, at) + (word[at] ?? "") + word.slice(at);
	return word.slice(0, at) + (word[at + 1] ?? "") + (word[at] ?? "") + word.slice(at + 2);
}

function shuffled<Value>(values: Value[], random: () => number): Value[] {
	const copy = [...values];
	for (let i = copy.length - 1; i > 0; i--) {
		const j = Math.floor(random() * (i + 1));
		[copy[i], copy[j]] = [copy[j]!, copy[i]!];
	}
	return copy;
}

/** Creates a random number generator with a fixed seed (Mulberry32). */
function seededRandom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}
