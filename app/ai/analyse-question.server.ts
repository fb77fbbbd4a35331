import { primaryLanguage } from "#app/text/language-tag.ts";
import { classifyIntent } from "./intent/classify.server.ts";
import { findPersonRequestLanguage } from "./intent/person-request.ts";
import { detectQuestionLanguage, type QuestionText } from "./language/question-language.server.ts";

/** What the words of a question say about it. Computed once for each question, and passed on in `AnswerRequest`. */
export type QuestionAnalysis = {
	/** A label of the intent model, such as "track_order". */
	intent: string;
	/** Probability that the intent is right, 0 to 1. */
	confidence: number;
	/** Language to treat the question as: one that the assistant supports, else the customer's or the page's; BCP 47. */
	language: string;
	/** Language that the question is clearly written in, which may be unsupported; null when unclear. */
	writtenLanguage: string | null;
	/** Language of the words that ask for a person; null when the question does not ask for one. */
	personRequestLanguage: string | null;
};

/** The analysis of a question that could not be read. */
export const UNKNOWN_QUESTION: QuestionAnalysis = {
	intent: "other",
	confidence: 0,
	language: "en",
	writtenLanguage: null,
	personRequestLanguage: null,
};

/**
 * Computes the intent and the language of a question, and whether it asks for a person. Takes a few milliseconds of
 * processor time and asks no model. No other code computes these for a question (tests/architecture.test.ts).
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
 * The language to name to a model for its answer; null when the customer clearly writes an unsupported language. The
 * model then answers in the language of the question without being told which one it is.
 */
export const modelAnswerLanguage = ({ language, writtenLanguage }: QuestionAnalysis): string | null =>
	writtenLanguage && primaryLanguage(writtenLanguage) !== primaryLanguage(language) ? null : language;
