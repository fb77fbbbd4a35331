import { searchPassages } from "#app/models/article/article.server.ts";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import { builtInMeaningOf, providerMeaningOf } from "./embeddings.server.ts";
import { topicsOf } from "./intent/topics.ts";
import { detectLanguage } from "./language/detect.server.ts";
import { searchingWork } from "./own-work.server.ts";

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
			retrieval.language ?? (await detectLanguage({ question: query, locale, language: null }));
		const meaning = provided ?? (await builtInMeaningOf(query, language));
		return searchPassages(query, limit, { locale: language, readers, meaning, topics: topicsOf(query) });
	};
	return searchingWork().run(network, search, signal);
}
