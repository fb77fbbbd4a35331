import { createHash } from "node:crypto";
import { singleton } from "#app/singleton.server.ts";
import { computeIntentFeatures, tokenizeForIntent } from "./features.ts";
import modelFile from "./intents.model.json" with { type: "json" };
import { computeProbabilities, unpackIntentModel } from "./model.ts";

/** The intent of a text, and the probability that it is right (0 to 1). */
export type IntentClassification = { intent: string; confidence: number };

/** The names of all intents. */
export const INTENT_LABELS: string[] = modelFile.labels;

/**
 * Smallest probability of an intent. A less likely intent is wrong more often than right, so the result is then
 * "other".
 */
const MIN_CONFIDENCE = 0.2;

/** Version of the intent model, a hash of its weights. Classifications by other versions are out of date. */
export const INTENT_MODEL_VERSION = createHash("sha256").update(modelFile.weights).digest("hex").slice(0, 16);

/**
 * Returns all intents with their probabilities for a text, the most likely first.
 * @param embedding of the text by the built-in encoder; null without one, which makes the result less certain.
 */
export function rankIntents(
	text: string,
	embedding: Float32Array | null = null,
): { intent: string; likelihood: number }[] {
	const model = singleton("intent-model", () => unpackIntentModel(modelFile));
	return [...computeProbabilities(model, computeIntentFeatures(text, embedding))]
		.map((likelihood, label) => ({ intent: model.labels[label] ?? "other", likelihood }))
		.sort((a, b) => b.likelihood - a.likelihood);
}

/**
 * Classifies the intent of a text. The intent model knows only English; in other languages its confidence is mostly
 * low.
 * @param embedding see `rankIntents`.
 * @returns "other" when no intent is likely enough. The confidence is then the probability that no intent applies.
 */
export function classifyIntent(text: string, embedding: Float32Array | null = null): IntentClassification {
	if (tokenizeForIntent(text).length === 0) return { intent: "other", confidence: 1 };
	const [{ intent, likelihood } = { intent: "other", likelihood: 0 }] = rankIntents(text, embedding);
	return likelihood < MIN_CONFIDENCE
		? { intent: "other", confidence: 1 - likelihood }
		: { intent, confidence: likelihood };
}
