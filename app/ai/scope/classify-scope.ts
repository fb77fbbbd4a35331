import { brotliDecompressSync } from "node:zlib";
import { singleton } from "#app/singleton.server.ts";
import { BUCKET_BITS, computeIntentFeatures } from "../intent/features.ts";
import modelFile from "./scope.model.json" with { type: "json" };

/**
 * A linear model that decides whether a message is one for the support of an online store, whatever the store sells. It
 * reads the features of the intent model: hashed words and the embedding. `npm run scope:train` trains it.
 */

/** The trained model as stored in `scope.model.json`. */
export type ScopeModelFile = {
	bucketBits: number;
	/** Factor from a stored signed byte to a weight. */
	scale: number;
	bias: number;
	/** Weights: signed bytes, one for each feature; Brotli, then base64. */
	weights: string;
	/** Area under the ROC curve on the lines that were left out of the training, in five parts. */
	measured: { examples: number; areaUnderCurve: number };
};

const loadScopeModel = () =>
	singleton("scope-model", () => {
		if (modelFile.bucketBits !== BUCKET_BITS) {
			throw new Error("scope.model.json is of another make than features.ts; run npm run scope:train.");
		}
		const bytes = brotliDecompressSync(Buffer.from(modelFile.weights, "base64"));
		return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
	});

/**
 * How much speaks for a message to a store's support: the log-odds, about -8 to 8. The model knows only English.
 * @param embedding of the message, by the built-in encoder.
 */
export function scoreScope(text: string, embedding: Float32Array): number {
	const weights = loadScopeModel();
	let sum = 0;
	for (const [feature, value] of computeIntentFeatures(text, embedding))
		sum += value * (weights[feature] ?? 0);
	return sum * modelFile.scale + modelFile.bias;
}
