import { singleton } from "#app/singleton.server.ts";
import { intentFeatures, intentWords } from "./features.ts";
import modelFile from "./intents.model.json" with { type: "json" };
import { loadModel, probabilities } from "./model.ts";

/** What a customer wants, with how sure the model is of it (0 to 1). */
export type IntentGuess = { intent: string; confidence: number };

/** Every intent there is. */
export const INTENT_LABELS: string[] = modelFile.labels;

/** Below this the guess is wrong more often than right, so the honest label is "other". */
const UNSURE_BELOW = 0.2;

const model = () => singleton("intent-model", () => loadModel(modelFile));

/** The likelihood of every intent, the likeliest first. */
export function likelyIntents(text: string): { intent: string; likelihood: number }[] {
	const { labels } = model();
	return [...probabilities(model(), intentFeatures(text))]
		.map((likelihood, label) => ({ intent: labels[label] ?? "other", likelihood }))
		.sort((a, b) => b.likelihood - a.likelihood);
}

/**
 * Classifies what a customer wants. English only; in other languages it is mostly unsure.
 * @returns a label of architecture.md section 8; "other" when no label is likely enough, with the confidence
 * that none is.
 */
export function classifyIntent(text: string): IntentGuess {
	if (intentWords(text).length === 0) return { intent: "other", confidence: 1 };
	const { labels } = model();
	const all = probabilities(model(), intentFeatures(text));
	let best = 0;
	for (const [label, probability] of all.entries()) if (probability > (all[best] ?? 0)) best = label;
	const confidence = all[best] ?? 0;
	const intent = labels[best] ?? "other";
	if (confidence < UNSURE_BELOW) return { intent: "other", confidence: 1 - confidence };
	return { intent, confidence };
}
