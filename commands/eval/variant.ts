import type { Answer } from "#db/shapes.ts";
import type { EvaluationQuestion } from "./questions.ts";

/** The answer of one variant of the store to one question. */
export type Outcome = {
	answer: Pick<Answer, "text" | "answered" | "intent" | "language" | "sources" | "escalate" | "model"> | null;
	/** Slugs of the first articles that the search finds, best first. */
	retrieved: string[];
	/** Why there is no answer. */
	failure: string | null;
	/** Time to the first and to the last text, in ms. */
	firstWordMs: number | null;
	totalMs: number;
	promptTokens: number;
	completionTokens: number;
	/** Cost of the answer's model calls at the store's `ai_prices`, in millionths of a dollar. */
	costMicros: number;
};

/** Input and output of a variant's process, one line of JSON each. */
export type VariantInput = { questions: EvaluationQuestion[] };
export type VariantLine = { index: number; outcome: Outcome };
