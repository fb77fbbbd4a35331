import { searchPassages } from "#app/models/article/article.server.ts";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import type { QuestionEmbedding } from "#app/models/search/meaning.server.ts";
import type { AnswerRequest, PromptMaterial } from "./answer.ts";
import { getSearchQueue } from "./cpu-queues.server.ts";
import { embedQuestionWithBuiltInModel, embedQuestionWithProvider } from "./embeddings.server.ts";
import { findSearchIntents } from "./intent/search-intents.ts";
import { detectQuestionLanguage } from "./language/question-language.server.ts";
import { readOwnerParts } from "./prompt/owner-parts.server.ts";

/**
 * Number of passages that are retrieved before the first request to a model, so that a model that cannot call tools can
 * answer too.
 */
const PROMPT_PASSAGES = 5;

/** A search for passages of articles, for a model or an agent's copilot. */
export type PassageQuery = {
	query: string;
	/** Maximum number of passages in the result. */
	limit: number;
	/** Language of the page, which is used when the query's language is unclear. */
	locale?: string;
	/** Language of the query; it is detected when this field is absent. */
	language?: string;
	/** Embedding of the query by the built-in encoder, when the caller has it. */
	embedding?: QuestionEmbedding | null;
	/** "agents" also finds articles for agents only. Never use "agents" for a text that a customer sees unchecked. */
	readers?: "customers" | "agents";
	/** Key of the network (IP range) that the query came from; the search queue serves networks in turn. */
	network?: string;
	signal?: AbortSignal;
};

/** Finds passages of articles by words and by embeddings. Passages in the query's language come first. */
export async function retrievePassages(retrieval: PassageQuery): Promise<FoundPassage[]> {
	const { query, limit, locale = "en", readers = "customers", network = "", signal } = retrieval;
	const providerEmbedding = await embedQuestionWithProvider(query, signal);
	const search = async () => {
		const language =
			retrieval.language ?? (await detectQuestionLanguage({ question: query, locale })).language;
		const meaning =
			providerEmbedding ?? retrieval.embedding ?? (await embedQuestionWithBuiltInModel(query, language));
		return searchPassages(query, limit, {
			locale: language,
			readers,
			meaning,
			intents: findSearchIntents(query, meaning?.isBuiltIn ? meaning.vector : null),
		});
	};
	return getSearchQueue().run(network, search, signal);
}

/** Loads what the prompt for a question contains: the owner's parts of the prompt, and the passages that match best. */
export async function loadPromptMaterial({
	locale,
	analysis,
	network,
	signal,
}: Pick<AnswerRequest, "locale" | "analysis" | "network"> & {
	signal?: AbortSignal;
}): Promise<PromptMaterial> {
	const [parts, passages] = await Promise.all([
		readOwnerParts(),
		retrievePassages({
			query: analysis.conversation.searchText,
			limit: PROMPT_PASSAGES,
			locale,
			language: analysis.language,
			embedding: analysis.embedding,
			network,
			signal,
		}),
	]);
	return { parts, passages };
}
