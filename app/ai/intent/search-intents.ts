import type { IntentLikelihoods, UnclassifiedPassage } from "#app/models/article/passage-intents.server.ts";
import { rankIntents } from "./classify.server.ts";

/** Intents that do not tell articles apart. */
const VAGUE_INTENTS = new Set(["other", "product_info", "greeting", "thanks", "goodbye"]);
/** Smallest likelihood of an intent that is kept; smaller ones do not change a ranking. */
const MIN_LIKELIHOOD = 0.02;

/**
 * The intents that a question may have, as far as they help to find articles.
 * @param embedding of the question by the built-in encoder.
 */
export function findSearchIntents(
	question: string,
	embedding: Float32Array | null = null,
): IntentLikelihoods {
	const likely = rankIntents(question, embedding).filter(
		({ intent, likelihood }) => likelihood >= MIN_LIKELIHOOD && !VAGUE_INTENTS.has(intent),
	);
	return Object.fromEntries(likely.map(({ intent, likelihood }) => [intent, likelihood]));
}

/**
 * The intents of the questions that a passage answers. The title and the heading count fully, each sentence of the body
 * in proportion; the sum is at most 1 for each intent.
 */
export function classifyPassage({ title, heading, body }: UnclassifiedPassage): IntentLikelihoods {
	const sentences = body.split(/(?<=[.!?;:])\s|\n/).filter((sentence) => sentence.trim() !== "");
	const sums: IntentLikelihoods = {};
	const add = (text: string, share: number) => {
		for (const [intent, likelihood] of Object.entries(findSearchIntents(text)))
			sums[intent] = (sums[intent] ?? 0) + share * likelihood;
	};
	add(title, 1);
	if (heading !== title) add(heading, 1);
	for (const sentence of sentences) add(sentence, 1 / sentences.length);
	const rounded = Object.entries(sums).map(([intent, sum]) => [
		intent,
		Math.min(1, Math.round(sum * 100) / 100),
	]);
	return Object.fromEntries(rounded);
}
