import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod/v4";
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
 * for measuring. The command writes app/ai/intent/intents.model.json, which is in the repository.
 */

const SEEDS = new URL("../app/ai/intent/seed-phrases.yaml", import.meta.url);
const MODEL = new URL("../app/ai/intent/intents.model.json", import.meta.url);
/** Phrases for measuring the trained model: what customers of any store may write. No phrase is used for training. */
const MEASURING_PHRASES_FILE = new URL("../tests/judging/intents.yaml", import.meta.url);
/**
 * Training weight of one of our own phrases, because the public file has about 240 variations of each of its phrases.
 */
const SEED_WEIGHT = 3;
const EPOCHS = 12;

/** Reads a CSV file with quotes as in RFC 4180. @returns the utterance and the intent of each row. */
function readExamples(path: string): TrainingExample[] {
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

function readSeeds(): TrainingExample[] {
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

function measure(file: IntentModelFile, examples: TrainingExample[]) {
	const model = unpackIntentModel(file);
	const wrong = new Map<string, number>();
	let right = 0;
	for (const { text, label } of examples) {
		const all = computeProbabilities(model, computeIntentFeatures(text));
		const guess = model.labels[all.indexOf(Math.max(...all))];
		if (guess === label) right++;
		else wrong.set(`${label} taken for ${guess}`, (wrong.get(`${label} taken for ${guess}`) ?? 0) + 1);
	}
	return { accuracy: right / examples.length, wrong };
}

const [trainPath, devPath] = process.argv.slice(2);
const missing = [trainPath, devPath].find((path) => !path || !existsSync(path));
if (!trainPath || !devPath || missing) {
	console.error("Name the training and the development file: npm run intents:train -- TRAIN.csv DEV.csv");
	process.exit(1);
}
const examples = [...readExamples(trainPath), ...readSeeds()];
const labels = [...new Set(examples.map((example) => example.label))].sort();
console.log(`${examples.length} examples of ${labels.length} intents.`);
const packed = packWeights(trainIntents(examples, labels, { epochs: EPOCHS }));
const dev = readExamples(devPath);
const file: IntentModelFile = {
	labels,
	bucketBits: BUCKET_BITS,
	...packed,
	measured: { examples: dev.length, accuracy: 0 },
};
const { accuracy, wrong } = measure(file, dev);
file.measured.accuracy = Math.round(accuracy * 10_000) / 10_000;
const json = `${JSON.stringify(file, null, "\t")}\n`;
writeFileSync(MODEL, json);
console.log(`Right on ${dev.length} development examples: ${(accuracy * 100).toFixed(2)} %.`);
for (const [mistake, count] of [...wrong].sort((a, b) => b[1] - a[1]).slice(0, 10))
	console.log(`  ${count} × ${mistake}`);
const everyday = Object.entries(readPhrases(MEASURING_PHRASES_FILE)).flatMap(([label, texts]) =>
	texts.map((text) => ({ text, label, weight: 1 })),
);
const judged = measure(file, everyday);
console.log(`Right on ${everyday.length} everyday phrases: ${(judged.accuracy * 100).toFixed(2)} %.`);
for (const [mistake, count] of judged.wrong) console.log(`  ${count} × ${mistake}`);
console.log(`intents.model.json: ${Math.round(json.length / 1024)} KiB.`);
