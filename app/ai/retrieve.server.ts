import { type FoundPassage, searchPassages } from "#app/models/article.server.ts";
import { meaningOf } from "./embeddings.server.ts";
import { guessLanguage } from "./offline/language.ts";

/** Passages for a model or an agent's copilot to write from. */
export type Retrieval = {
	query: string;
	/** Most passages returned. */
	limit: number;
	/** Language of the page, where the query's own words do not tell. */
	locale?: string;
	/** "agents" also finds what only the store's people may read: never for a text a customer sees unchecked. */
	readers?: "customers" | "agents";
	signal?: AbortSignal;
};

/** Finds passages by words and, where an embedding model is set, by meaning; those in the query's language first. */
export async function retrievePassages(retrieval: Retrieval): Promise<FoundPassage[]> {
	const { query, limit, locale = "en", readers = "customers", signal } = retrieval;
	const meaning = await meaningOf(query, signal);
	return searchPassages(query, limit, { locale: guessLanguage(query, locale), readers, meaning });
}
