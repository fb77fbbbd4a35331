import { primaryLanguage } from "#app/text/language-tag.ts";
import { classifyIntent } from "./intent/classify.server.ts";
import { findPersonRequestLanguage } from "./intent/person-request.ts";
import { detectQuestionLanguage, type QuestionText } from "./language/question-language.server.ts";

/**
 * The analysis of a question. `analyseQuestion` computes it once for each question, and `AnswerRequest` passes it on.
 */
export type QuestionAnalysis = {
	/** The question's intent: a label of the intent model, such as "track_order". */
	intent: string;
	/** Probability that the intent is right, 0 to 1. */
	confidence: number;
	/**
	 * The language in which the question is processed: the detected one if the assistant supports it, else that of the
	 * customer's earlier messages or of the page. BCP 47.
	 */
	language: string;
	/**
	 * The language that the question is clearly written in, even if the assistant does not support it; null when the
	 * language is unclear.
	 */
	writtenLanguage: string | null;
	/** The language of the words that ask for a person; null when the question does not ask for a person. */
	personRequestLanguage: string | null;
};

/** The analysis of a question that could not be loaded. */
export const UNKNOWN_QUESTION: QuestionAnalysis = {
	intent: "other",
	confidence: 0,
	language: "en",
	writtenLanguage: null,
	personRequestLanguage: null,
};

/**
 * Computes a question's intent and language, and whether the question asks for a person. The analysis takes a few
 * milliseconds of processor time and asks no model. No other code computes these values (tests/architecture.test.ts).
 */
export async function analyseQuestion(text: QuestionText): Promise<QuestionAnalysis> {
	const { language, written } = await detectQuestionLanguage(text);
	return {
		...classifyIntent(text.question),
		language,
		writtenLanguage: written,
		personRequestLanguage: findPersonRequestLanguage(text.question),
	};
}

/**
 * The language that the prompt names for the model's answer. Null when the customer clearly writes an unsupported
 * language: the model then chooses the language of the question itself.
 */
export const modelAnswerLanguage = ({ language, writtenLanguage }: QuestionAnalysis): string | null =>
	writtenLanguage && primaryLanguage(writtenLanguage) !== primaryLanguage(language) ? null : language;
