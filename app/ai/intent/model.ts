import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { BUCKET_BITS } from "./features.ts";

/** The trained intent model as stored in `intents.model.json`. `npm run intents:train` writes this file. */
export type IntentModelFile = {
	labels: string[];
	bucketBits: number;
	/** Factor from a stored signed byte to a weight of the intent model. */
	scale: number;
	/** Weights of the intent model: signed bytes, one for each label and feature; Brotli, then base64. */
	weights: string;
	/** Accuracy of the intent model on the development file, which was not used for training. */
	measured: { examples: number; accuracy: number };
};

/** A linear model: for each feature one weight for each label. `scale` is the factor to the real weights. */
export type IntentModel = { labels: string[]; scale: number; weights: Int8Array | Float32Array };

/**
 * Unpacks the file of an intent model.
 * @throws Error when the model was made for another number of buckets.
 */
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

/** Packs the weights of an intent model into signed bytes. */
export function packWeights(weights: Float32Array): Pick<IntentModelFile, "scale" | "weights"> {
	const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
	const scale = largest / 127 || 1;
	const bytes = Int8Array.from(weights, (weight) => Math.round(weight / scale));
	const packed = brotliCompressSync(Buffer.from(bytes.buffer), {
		params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
	});
	return { scale, weights: packed.toString("base64") };
}

/** Computes the probability of each intent label, in the order of `labels` (softmax of linear scores). */
export function computeProbabilities(
	{ labels, scale, weights }: IntentModel,
	features: Map<number, number>,
): Float64Array {
	const scores = new Float64Array(labels.length);
	for (const [feature, value] of features) {
		const start = feature * scores.length;
		for (let label = 0; label < scores.length; label++) scores[label]! += value * weights[start + label]!;
	}
	const largest = Math.max(...scores);
	let sum = 0;
	for (const [label, score] of scores.entries()) sum += scores[label] = Math.exp((score - largest) * scale);
	return scores.map((score) => score / sum);
}
