import type { Utterance } from "#app/models/message/unanswered.server.ts";
import { extractOrderNumbers } from "#app/models/order/numbers.ts";
import type { QuestionEmbedding } from "#app/models/search/meaning.server.ts";
import { primaryLanguage } from "#app/text/language-tag.ts";
import { type Conversation, readConversation } from "./conversation/read-conversation.ts";
import { embedQuestionWithBuiltInModel } from "./embeddings.server.ts";
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
	/** The order numbers in the question, in the stored form W1234567. */
	orderNumbers: string[];
	/** Whether the question leans on the messages before it, and how it is read together with them. */
	conversation: Conversation;
	/**
	 * The embedding of `conversation.searchText` by the built-in encoder; null in other languages than English, and when
	 * the articles have embeddings of a provider's model.
	 */
	embedding: QuestionEmbedding | null;
};

/** The analysis of a question that could not be loaded. */
export const UNKNOWN_QUESTION: QuestionAnalysis = {
	intent: "other",
	confidence: 0,
	language: "en",
	writtenLanguage: null,
	personRequestLanguage: null,
	orderNumbers: [],
	conversation: { leans: false, searchText: "", article: null, product: null, order: null },
	embedding: null,
};

/**
 * Computes what a question says: its intent and language, whether it asks for a person, which orders it names, and what
 * it means after the messages before it. The analysis takes some 15 ms of processor time, most of it for the embedding, and asks no
 * language model. No
 * other code computes these values (tests/architecture.test.ts).
 */
export async function analyseQuestion(
	text: QuestionText & { history?: Utterance[] },
): Promise<QuestionAnalysis> {
	const { question, history = [] } = text;
	const { language, written } = await detectQuestionLanguage(text);
	const conversation = readConversation({ question, history, language });
	const embedding = await embedQuestionWithBuiltInModel(conversation.searchText, language);
	return {
		// The intent of "and for chairs?" is that of the question which it continues.
		...classifyIntent(conversation.searchText, embedding?.vector ?? null),
		embedding,
		language,
		writtenLanguage: written,
		personRequestLanguage: findPersonRequestLanguage(question),
		orderNumbers: extractOrderNumbers(question),
		conversation,
	};
}

/**
 * The language that the prompt names for the model's answer. Null when the customer clearly writes an unsupported
 * language: the model then chooses the language of the question itself.
 */
export const modelAnswerLanguage = ({ language, writtenLanguage }: QuestionAnalysis): string | null =>
	writtenLanguage && primaryLanguage(writtenLanguage) !== primaryLanguage(language) ? null : language;
