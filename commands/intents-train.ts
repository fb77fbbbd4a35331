import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod/v4";
import { computeEmbedding } from "#app/ai/encoder/encode.server.ts";
import { BUCKET_BITS, computeIntentFeatures } from "#app/ai/intent/features.ts";
import {
	computeProbabilities,
	type IntentModelFile,
	packWeights,
	unpackIntentModel,
} from "#app/ai/intent/model.ts";
import { type TrainingExample, trainIntents } from "#app/ai/intent/train.ts";

/**
 * Trains the intent model: `npm run intents:train -- TRAIN.csv DEV.csv`. Both files are from the public data set of
 * Bitext (columns utterance, intent, …). The phrases in app/ai/intent/seed-phrases.yaml are added to TRAIN; DEV is only
 * for measuring. The command writes app/ai/intent/intents.model.json, which is in the repository. It takes about three
 * minutes, most of them for the embeddings of the examples.
 */

const SEEDS = new URL("../app/ai/intent/seed-phrases.yaml", import.meta.url);
const MODEL = new URL("../app/ai/intent/intents.model.json", import.meta.url);
/**
 * Files in tests/judging for measuring the trained model: what customers of any store may write. None is used for
 * training.
 */
const MEASURING_FILES = ["intents.yaml", "real-chats.yaml"];
/**
 * Training weight of one of our own phrases, because the public file has about 240 variations of each of its phrases.
 */
const SEED_WEIGHT = 3;

type Phrase = Omit<TrainingExample, "embedding">;

/** Reads a CSV file with quotes as in RFC 4180. @returns the utterance and the intent of each row. */
function readExamples(path: string): Phrase[] {
	const rows = readFileSync(path, "utf8").split(/\r?\n/).slice(1);
	return rows.flatMap((row) => {
		const match = /^(?:"((?:[^"]|"")*)"|([^,]*)),([^,]+),/.exec(row);
		const label = match?.[3];
		if (!label) return [];
		return [{ text: (match[1] ?? match[2] ?? "").replaceAll('""', '"'), label, weight: 1 }];
	});
}

/** Products of many kinds of stores, which replace a placeholder in the training phrases. */
const PRODUCT_WORDS =
	"kettle boots mug sofa jacket phone bike book plant lamp ring toaster rug tent printer perfume chair guitar drill watch blender dress tyre puzzle pillow camera".split(
		" ",
	);
const PLACES = ["norway", "canada", "texas", "new zealand", "berlin", "ireland", "spain", "my town"];
const DAYS = ["friday", "the weekend", "christmas", "tuesday", "tomorrow", "the 12th", "my birthday"];
/**
 * Number of products that are put into one training phrase; each phrase continues in the product list where the
 * previous phrase stopped.
 */
const PRODUCTS_PER_PHRASE = 5;

const SLOTS = { thing: PRODUCT_WORDS, place: PLACES, day: DAYS };

const readPhrases = (file: URL): Record<string, string[]> =>
	z.record(z.string(), z.array(z.string())).parse(parse(readFileSync(file, "utf8")));

function readSeeds(): Phrase[] {
	let next = 0;
	return Object.entries(readPhrases(SEEDS)).flatMap(([label, phrases]) =>
		phrases.flatMap((text) => {
			if (!text.includes("{")) return [{ text, label, weight: SEED_WEIGHT }];
			return Array.from({ length: PRODUCTS_PER_PHRASE }, () => {
				const at = next++;
				const filled = text.replace(/\{(thing|place|day)\}/g, (_, slot: keyof typeof SLOTS) => {
					const words = SLOTS[slot];
					return words[at % words.length] ?? "";
				});
				return { text: filled, label, weight: SEED_WEIGHT / 2 };
			});
		}),
	);
}

async function embedPhrases(phrases: Phrase[]): Promise<TrainingExample[]> {
	const examples: TrainingExample[] = [];
	for (const phrase of phrases) examples.push({ ...phrase, embedding: await computeEmbedding(phrase.text) });
	return examples;
}

/** Prints how many examples the model classifies rightly, and its most frequent mistakes. @returns the share. */
async function measure(name: string, file: IntentModelFile, phrases: Phrase[]): Promise<number> {
	const model = unpackIntentModel(file);
	const wrong = new Map<string, number>();
	let right = 0;
	for (const { text, label, embedding } of await embedPhrases(phrases)) {
		const all = computeProbabilities(model, computeIntentFeatures(text, embedding));
		const guess = model.labels[all.indexOf(Math.max(...all))];
		if (guess === label) right++;
		else wrong.set(`${label} taken for ${guess}`, (wrong.get(`${label} taken for ${guess}`) ?? 0) + 1);
	}
	console.log(`${name}: ${((right / phrases.length) * 100).toFixed(2)} % of ${phrases.length} are right.`);
	for (const [mistake, count] of [...wrong].sort((a, b) => b[1] - a[1]).slice(0, 10))
		console.log(`  ${count} × ${mistake}`);
	return right / phrases.length;
}

const [trainPath, devPath] = process.argv.slice(2);
const missing = [trainPath, devPath].find((path) => !path || !existsSync(path));
if (!trainPath || !devPath || missing) {
	console.error("Name the training and the development file: npm run intents:train -- TRAIN.csv DEV.csv");
	process.exit(1);
}
const phrases = [...readExamples(trainPath), ...readSeeds()];
const labels = [...new Set(phrases.map(({ label }) => label))].sort();
console.log(`${phrases.length} examples of ${labels.length} intents.`);
const packed = packWeights(trainIntents(await embedPhrases(phrases), labels));
const dev = readExamples(devPath);
const measured = { examples: dev.length, accuracy: 0 };
const file: IntentModelFile = { labels, bucketBits: BUCKET_BITS, ...packed, measured };
measured.accuracy = Math.round((await measure(devPath, file, dev)) * 10_000) / 10_000;
const json = `${JSON.stringify(file, null, "\t")}\n`;
writeFileSync(MODEL, json);
for (const name of MEASURING_FILES) {
	const judging = readPhrases(new URL(`../tests/judging/${name}`, import.meta.url));
	const all = Object.entries(judging).flatMap(([label, texts]) =>
		texts.map((text) => ({ text, label, weight: 1 })),
	);
	await measure(name, file, all);
}
console.log(`intents.model.json: ${Math.round(json.length / 1024)} KiB.`);
