import { findPassages, type PassageSearch } from "#app/models/article/search.server.ts";
import { ENGLISH } from "#app/models/search/languages.ts";
import { embedQuestionWithBuiltInModel } from "../../embeddings.server.ts";
import { findSearchIntents } from "../../intent/search-intents.ts";
import { isMostlyKnown, type TranslatedQuestion, translateKeywords } from "./translate.ts";

/** The English articles that a question in another language may be about, and the words they were searched with. */
export type KeywordSearch = PassageSearch & { translated: TranslatedQuestion };

const MAX_PASSAGES = 12;
/** Smallest share of the English words that the best passage must contain, measured like `isMostlyKnown`. */
const MIN_COVERAGE = 0.62;

/**
 * Searches the English articles for a question in another language: its words are translated into English search words.
 * The words of its subject find the articles, and the embedding of all of them ranks.
 * @returns null when the question's subject is unknown, or there are no words for its language.
 */
export async function searchByKeywords(question: string, language: string): Promise<KeywordSearch | null> {
	const translated = translateKeywords(question, language);
	if (!translated?.subject) return null;
	const meaning = await embedQuestionWithBuiltInModel(translated.query, "en");
	const intents = findSearchIntents(translated.query, meaning?.vector);
	const search = await findPassages(translated.subject, {
		limit: MAX_PASSAGES,
		config: ENGLISH,
		intents,
		meaning,
	});
	return { ...search, translated };
}

/** Whether the best passage is about the question, as far as its known words tell. */
export function isAboutQuestion({ translated, found: [best] }: KeywordSearch): boolean {
	return best !== undefined && isMostlyKnown(translated) && best.coverage >= MIN_COVERAGE;
}
