import type { Answer } from "#db/shapes.ts";
import type { EvaluationQuestion } from "./questions.ts";

/** The answer to one test question with one variant of the store. */
export type Outcome = {
	answer: Pick<Answer, "text" | "answered" | "intent" | "language" | "sources" | "escalate" | "model"> | null;
	/** Slugs of the articles that the search finds first, best article first. */
	retrieved: string[];
	/** The error, when there is no answer. */
	failure: string | null;
	/** Milliseconds until the first and until the last text of the answer. */
	firstWordMs: number | null;
	totalMs: number;
	promptTokens: number;
	completionTokens: number;
	/** Cost of the answer's model calls at the store's `ai_prices`, in millionths of a dollar. */
	costMicros: number;
};

/** The input of the process that answers test questions, and one line of its output, both as JSON. */
export type VariantInput = { questions: EvaluationQuestion[] };
export type VariantLine = { index: number; outcome: Outcome };
