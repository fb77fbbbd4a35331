import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { BUCKET_BITS } from "./features.ts";

/** The trained model as stored in `intents.model.json`, made by `npm run intents:train`. */
export type IntentModelFile = {
	labels: string[];
	bucketBits: number;
	/** Factor from a signed byte to a weight. */
	scale: number;
	/** Signed bytes, one for each label in each bucket; Brotli, then base64. */
	weights: string;
	/** Accuracy on the development file, which was not used for training. */
	measured: { examples: number; accuracy: number };
};

export type IntentModel = { labels: string[]; scale: number; weights: Int8Array };

/** Unpacks a model file. @throws Error when it was made for another number of buckets. */
export function unpackIntentModel(file: IntentModelFile): IntentModel {
	if (file.bucketBits !== BUCKET_BITS) {
		throw new Error("intents.model.json is of another make than features.ts; run npm run intents:train.");
	}
	const bytes = brotliDecompressSync(Buffer.from(file.weights, "base64"));
	return {
		labels: file.labels,
		scale: file.scale,
		weights: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length),
	};
}

/** Packs weights into signed bytes. */
export function packWeights(weights: Float32Array): Pick<IntentModelFile, "scale" | "weights"> {
	let largest = 0;
	for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
	const scale = largest / 127 || 1;
	const bytes = Int8Array.from(weights, (weight) => Math.round(weight / scale));
	const packed = brotliCompressSync(Buffer.from(bytes.buffer), {
		params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
	});
	return { scale, weights: packed.toString("base64") };
}

/** The probability of each label, in the order of `labels` (softmax of linear scores). */
export function computeProbabilities(model: IntentModel, features: Map<number, number>): Float64Array {
	const count = model.labels.length;
	const scores = new Float64Array(count);
	for (const [bucket, value] of features) {
		const start = bucket * count;
		for (let label = 0; label < count; label++) {
			scores[label]! += value * (model.weights[start + label] ?? 0);
		}
	}
	let largest = Number.NEGATIVE_INFINITY;
	for (let label = 0; label < count; label++) {
		scores[label]! *= model.scale;
		largest = Math.max(largest, scores[label]!);
	}
	let sum = 0;
	for (let label = 0; label < count; label++) {
		scores[label] = Math.exp(scores[label]! - largest);
		sum += scores[label]!;
	}
	for (let label = 0; label < count; label++) scores[label]! /= sum;
	return scores;
}
