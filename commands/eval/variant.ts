import type { Answer } from "#db/shapes.ts";
import type { EvaluationQuestion } from "./questions.ts";

/** What one variant of the store answered to one question. */
export type Outcome = {
	answer: Pick<Answer, "text" | "answered" | "intent" | "language" | "sources" | "escalate" | "model"> | null;
	/** Slugs of the first articles a search for the question finds, best first. */
	retrieved: string[];
	/** Why there is no answer. */
	failure: string | null;
	/** Until the first words and until the last, in ms. */
	firstWordMs: number | null;
	totalMs: number;
	promptTokens: number;
	completionTokens: number;
	/** Of the answer's own calls at the store's `ai_prices`, in millionths of a dollar. */
	costMicros: number;
};

/** What the process of a variant is given, and what it gives back, one line of JSON each. */
export type VariantInput = { questions: EvaluationQuestion[] };
export type VariantLine = { index: number; outcome: Outcome };
