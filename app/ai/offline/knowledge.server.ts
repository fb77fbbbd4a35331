import { findPassages, listConfigs } from "#app/models/article/search.server.ts";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import { ENGLISH, searchConfig } from "#app/models/search/languages.ts";
import type { AnswerSource } from "#db/shapes.ts";
import { embedQuestionWithBuiltInModel } from "../embeddings.server.ts";
import { findSearchTopics } from "../intent/search-topics.ts";
import { composeAnswer } from "./excerpt/compose.server.ts";
import { splitQuestions } from "./excerpt/split-questions.ts";
import { hasKeywords } from "./keywords/lexicon.ts";
import { isAboutQuestion, searchByKeywords } from "./keywords/search.server.ts";
import { phrasesIn } from "./phrases.ts";
import { isAnswered } from "./support.ts";

/** What was found in the articles: sentences that answer, and where they are. */
export type KnowledgeAnswer = {
	text: string;
	sources: AnswerSource[];
	coverage: number;
	/** Of the article, and so of the text. */
	language: string;
};

/**
 * The share of the question's subject that a passage must speak of. Counted in telling words, two of three are
 * enough and one of two is not: "does the X come in red" is not answered by whatever else is known of X.
 */
const LEAST_COVERAGE = 0.62;

const PASSAGES = 12;
/** Parts of a long message that are looked up each on its own. */
const MOST_PARTS = 4;

/**
 * Answers from the articles in their own words, or returns null when no article answers the question. Several questions
 * in one message are answered one by one.
 * @param language of the question.
 */
export async function answerFromKnowledge(
	question: string,
	language: string,
): Promise<KnowledgeAnswer | null> {
	const questions = splitQuestions(question);
	const whole = await findAnswered(question, language);
	const parts = await Promise.all(
		(questions.length > 1 ? questions : []).map(
			async (part) => (await findAnswered(part, language)) ?? { question: part, candidates: [] },
		),
	);
	return composeAnswer({ whole, parts, notFound: phrasesIn(language).notFound });
}

/**
 * Searches the articles in every language.
 * @returns the question in the language of the articles found; null when no article answers it.
 */
async function findAnswered(
	question: string,
	language: string,
): Promise<{ question: string; candidates: FoundPassage[] } | null> {
	const own = searchConfig(language);
	const configs = await listConfigs();
	// Those in the customer's language first; another language's articles answer what they alone know.
	configs.sort(
		(a, b) => Number(b === own) - Number(a === own) || Number(b === ENGLISH) - Number(a === ENGLISH),
	);
	for (const config of configs) {
		if (config === ENGLISH && own !== ENGLISH && hasKeywords(language)) {
			const search = await searchByKeywords(question, language);
			if (search && isAboutQuestion(search))
				return { question: search.translated.query, candidates: search.found };
			continue;
		}
		for (const part of questionParts(question)) {
			const meaning = config === ENGLISH ? await embedQuestionWithBuiltInModel(part, language) : null;
			const search = await findPassages(part, {
				limit: PASSAGES,
				topics: findSearchTopics(part),
				config,
				meaning,
			});
			// The whole message is the surest reading; its parts are only asked when it finds nothing.
			if (config === ENGLISH ? !isAnswered(part, search) : !isCovered(search.found[0])) continue;
			return { question: part, candidates: search.found };
		}
	}
	return null;
}

/** Where intents are not known, the share of the question that is covered decides. */
const isCovered = (best: FoundPassage | undefined) => best !== undefined && best.coverage >= LEAST_COVERAGE;

const ASKS =
	/\?\s*$|^(?:how|what|when|where|which|who|why|can|could|do|does|did|is|are|will|would|should|may|am i|i want|i need|i would like|id like|please|tell me)\b/i;

/** The message as a whole, then its sentences, those that ask first. */
function questionParts(question: string): string[] {
	const sentences = question
		.split(/(?<=[.?!])\s+|\n+/)
		.map((sentence) => sentence.trim())
		.filter((sentence) => /\p{L}{2}/u.test(sentence));
	if (sentences.length < 2) return [question, ...clauses(question)];
	const asking = sentences.filter((sentence) => ASKS.test(sentence));
	return [question, ...asking, ...asking.flatMap(clauses)].slice(0, 1 + MOST_PARTS);
}

/** The last clause of a long sentence, where the question stands: "I bought X and don't like it, can I return it". */
function clauses(sentence: string): string[] {
	const parts = sentence.split(/[,;:]\s+|\s(?:and|but|so|because|since|then)\s/).map((part) => part.trim());
	const asking = parts.filter((part) => ASKS.test(part) && part.split(/\s+/).length >= 3);
	return parts.length > 1 ? asking : [];
}
