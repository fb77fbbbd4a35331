import { searchPassages } from "#app/models/article/article.server.ts";
import { forAnalysis } from "#app/models/message/analysed-part.ts";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import type { AnswerRequest, PromptMaterial } from "./answer.ts";
import { builtInMeaningOf, providerMeaningOf } from "./embeddings.server.ts";
import { topicsOf } from "./intent/topics.ts";
import { detectQuestionLanguage } from "./language/question-language.server.ts";
import { searchingWork } from "./own-work.server.ts";
import { ownerParts } from "./prompt/owner-parts.server.ts";

/** Passages retrieved before the first request to a model, so that a model that cannot call tools can answer too. */
const PROMPT_PASSAGES = 5;
/** A question with fewer words depends on the one before it, such as "and for sofas?". */
const SHORT_QUESTION_WORDS = 4;

/** Passages for a model or an agent's copilot to write from. */
export type Retrieval = {
	query: string;
	/** Most passages returned. */
	limit: number;
	/** Language of the page, where the query's own words do not tell. */
	locale?: string;
	/** Language of the query, where it is known. */
	language?: string;
	/** "agents" also finds what only the store's people may read: never for a text a customer sees unchecked. */
	readers?: "customers" | "agents";
	/** Whose share of this process is used; see `AnswerRequest`. */
	network?: string;
	signal?: AbortSignal;
};

/** Finds passages by words and, where an embedding model is set, by meaning; those in the query's language first. */
export async function retrievePassages(retrieval: Retrieval): Promise<FoundPassage[]> {
	const { query, limit, locale = "en", readers = "customers", network = "", signal } = retrieval;
	const provided = await providerMeaningOf(query, signal);
	const search = async () => {
		const language =
			retrieval.language ?? (await detectQuestionLanguage({ question: query, locale })).language;
		const meaning = provided ?? (await builtInMeaningOf(query, language));
		return searchPassages(query, limit, { locale: language, readers, meaning, topics: topicsOf(query) });
	};
	return searchingWork().run(network, search, signal);
}

/** Loads what the prompt for a question contains: the owner's parts and the best passages. */
export async function loadPromptMaterial({
	question,
	history,
	locale,
	analysis,
	network,
	signal,
}: Pick<AnswerRequest, "question" | "history" | "locale" | "analysis" | "network"> & {
	signal?: AbortSignal;
}): Promise<PromptMaterial> {
	const [parts, passages] = await Promise.all([
		ownerParts(),
		retrievePassages({
			query: searchQuery({ question, history }),
			limit: PROMPT_PASSAGES,
			locale,
			language: analysis.language,
			network,
			signal,
		}),
	]);
	return { parts, passages };
}

/** The question, after the customer's previous message when the question is short. */
function searchQuery({ question, history }: Pick<AnswerRequest, "question" | "history">): string {
	if (question.trim().split(/\s+/).length >= SHORT_QUESTION_WORDS) return question;
	const before = history.findLast((utterance) => utterance.role === "customer")?.text ?? "";
	return `${forAnalysis(before).question}\n${question}`.trim();
}
