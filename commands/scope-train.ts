import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod/v4";
import { computeEmbedding } from "#app/ai/encoder/encode.server.ts";
import { BUCKET_BITS, computeIntentFeatures, FEATURE_COUNT } from "#app/ai/intent/features.ts";
import { packWeights } from "#app/ai/intent/model.ts";
import type { ScopeModelFile } from "#app/ai/scope/classify-scope.ts";
import { areaUnderCurve, isLeftOut, logOdds, type ScopeExample, trainScope } from "#app/ai/scope/train.ts";

/**
 * Trains the model that tells messages for a store's support from others: `npm run scope:train`. The examples are the
 * lines of store-messages.txt and other-messages.txt and the phrases of the intent model, all written for this project.
 * The command writes app/ai/scope/scope.model.json, which is in the repository.
 */

const FOLDER = new URL("../app/ai/scope/", import.meta.url);
const PHRASES = new URL("../app/ai/intent/seed-phrases.yaml", import.meta.url);
/** Intents of messages that are neither for a store's support nor clearly for something else. */
const SMALL_TALK = new Set(["greeting", "thanks", "goodbye"]);
/** The product in a phrase with a placeholder. One is enough, because the words around it matter. */
const EXAMPLE_WORDS: Record<string, string> = { thing: "lamp", place: "canada", day: "friday" };

const readLines = (name: string): string[] =>
	readFileSync(new URL(name, FOLDER), "utf8").split("\n").filter(Boolean);
const phrases = z.record(z.string(), z.array(z.string())).parse(parse(readFileSync(PHRASES, "utf8")));

const texts = [
	...readLines("store-messages.txt").map((text, i) => ({ text, isForStore: true, isLeftOut: isLeftOut(i) })),
	...readLines("other-messages.txt").map((text, i) => ({ text, isForStore: false, isLeftOut: isLeftOut(i) })),
	...Object.entries(phrases)
		.filter(([intent]) => !SMALL_TALK.has(intent))
		.flatMap(([intent, listed]) =>
			listed.map((phrase) => ({
				text: phrase.replace(/\{(\w+)\}/g, (_, slot: string) => EXAMPLE_WORDS[slot] ?? ""),
				isForStore: intent !== "other",
				isLeftOut: false,
			})),
		),
];
const examples: (ScopeExample & { isLeftOut: boolean })[] = [];
for (const [i, { text: line, isForStore, isLeftOut }] of texts.entries()) {
	// In the files, questions to a store end with a question mark more often. The model must not learn that.
	const text = line.replace(/(?<!\?)\?+$/, "") + (i % 2 === 0 ? "?" : "");
	examples.push({
		features: computeIntentFeatures(text, await computeEmbedding(text)),
		isForStore,
		isLeftOut,
	});
}
const model = trainScope(
	examples.filter((example) => !example.isLeftOut),
	FEATURE_COUNT,
);
const area = areaUnderCurve(
	examples
		.filter((example) => example.isLeftOut)
		.map(({ features, isForStore }) => ({ score: logOdds(model, features), isForStore })),
);
const file: ScopeModelFile = {
	bucketBits: BUCKET_BITS,
	bias: Math.round(model.bias * 1e4) / 1e4,
	...packWeights(model.weights),
	measured: { examples: examples.length, areaUnderCurve: Math.round(area * 1e4) / 1e4 },
};
const json = `${JSON.stringify(file, null, "\t")}\n`;
writeFileSync(new URL("scope.model.json", FOLDER), json);
console.log(`${examples.length} messages, area under the curve ${area.toFixed(3)} on those left out.`);
console.log(`scope.model.json: ${Math.round(json.length / 1024)} KiB.`);
