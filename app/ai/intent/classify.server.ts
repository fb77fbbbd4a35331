import { singleton } from "#app/singleton.server.ts";
import { computeIntentFeatures, tokenizeForIntent } from "./features.ts";
import modelFile from "./intents.model.json" with { type: "json" };
import { computeProbabilities, unpackIntentModel } from "./model.ts";

/** What a customer wants, with how sure the model is of it (0 to 1). */
export type IntentClassification = { intent: string; confidence: number };

/** Every intent there is. */
export const INTENT_LABELS: string[] = modelFile.labels;

/** Below this the guess is wrong more often than right, so the honest label is "other". */
const MIN_CONFIDENCE = 0.2;

const loadIntentModel = () => singleton("intent-model", () => unpackIntentModel(modelFile));

/** The likelihood of every intent, the likeliest first. */
export function rankIntents(text: string): { intent: string; likelihood: number }[] {
	const { labels } = loadIntentModel();
	return [...computeProbabilities(loadIntentModel(), computeIntentFeatures(text))]
		.map((likelihood, label) => ({ intent: labels[label] ?? "other", likelihood }))
		.sort((a, b) => b.likelihood - a.likelihood);
}

/**
 * Classifies what a customer wants. English only; in other languages it is mostly unsure.
 * @returns a label of architecture.md section 8; "other" when no label is likely enough, with the confidence
 * that none is.
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
