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

const loadIntentModel = () => singleton("intent-model", () => unpackIntentModel(modelFile));

/** Returns all intents with their probabilities for a text, the most likely first. */
export function rankIntents(text: string): { intent: string; likelihood: number }[] {
	const { labels } = loadIntentModel();
	return [...computeProbabilities(loadIntentModel(), computeIntentFeatures(text))]
		.map((likelihood, label) => ({ intent: labels[label] ?? "other", likelihood }))
		.sort((a, b) => b.likelihood - a.likelihood);
}

/**
 * Classifies the intent of a text. The intent model knows only English; in other languages its confidence is mostly
 * low.
 * @returns "other" when no intent is likely enough. The confidence is then the probability that no intent applies.
 */
export function classifyIntent(text: string): IntentClassification {
	if (tokenizeForIntent(text).length === 0) return { intent: "other", confidence: 1 };
	const { labels } = loadIntentModel();
	const all = computeProbabilities(loadIntentModel(), computeIntentFeatures(text));
	let best = 0;
	for (const [label, probability] of all.entries()) if (probability > (all[best] ?? 0)) best = label;
	const confidence = all[best] ?? 0;
	const intent = labels[best] ?? "other";
	if (confidence < MIN_CONFIDENCE) return { intent: "other", confidence: 1 - confidence };
	return { intent, confidence };
}
