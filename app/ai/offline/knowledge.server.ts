import { findPassages, listConfigs, type RankedPassage } from "#app/models/article/search.server.ts";
import { ENGLISH, searchConfig } from "#app/models/search/languages.ts";
import type { QuestionEmbedding } from "#app/models/search/meaning.server.ts";
import type { AnswerSource } from "#db/shapes.ts";
import type { QuestionAnalysis } from "../analyse-question.server.ts";
import { embedQuestionWithBuiltInModel } from "../embeddings.server.ts";
import { findSearchIntents } from "../intent/search-intents.ts";
import { scoreScope } from "../scope/classify-scope.ts";
import { readSignals, weighEvidence } from "./evidence.ts";
import { composeAnswer } from "./excerpt/compose.server.ts";
import { splitQuestions } from "./excerpt/split-questions.ts";
import { hasKeywords } from "./keywords/lexicon.ts";
import { isAboutQuestion, searchByKeywords } from "./keywords/search.server.ts";
import { phrasesIn } from "./phrases.ts";

/** What was found in the articles: sentences that answer, and where they are. */
type KnowledgeAnswer = {
	text: string;
	sources: AnswerSource[];
	/** Share of the question's words that the best passage contains, weighted by their idf; 0 to 1. */
	coverage: number;
	/** Language of the article, and so of the text. */
	language: string;
};

/** What the articles say about a question: an answer, or an article that may be meant. */
export type KnowledgeResult =
	| { kind: "answer"; answer: KnowledgeAnswer }
	| { kind: "guess"; passage: RankedPassage }
	| { kind: "nothing" };

/** Passages of a search that are read to compose an answer. */
const MAX_PASSAGES = 12;
/**
 * Smallest evidence (log-odds above the threshold) with which an article is offered as a guess. Below it, the best
 * article of the test stores is the right one for fewer than one in three questions.
 */
const MIN_GUESS_EVIDENCE = -1;
/**
 * Share of the question's words that a passage in another language than English must contain, because the models of
 * intent and scope read English only.
 */
const MIN_COVERAGE = 0.62;

/**
 * Answers from the articles in their own words. Several questions in one message are answered one by one.
 * @param analysis of the question; the text that is searched is `conversation.searchText`.
 */
export async function answerFromKnowledge({
	conversation,
	language,
	embedding,
}: Pick<QuestionAnalysis, "conversation" | "language" | "embedding">): Promise<KnowledgeResult> {
	const question = conversation.searchText.trim();
	const questions = splitQuestions(question);
	const whole = await search(question, language, embedding);
	const parts =
		questions.length < 2
			? []
			: await Promise.all(
					questions.map(async (part) => {
						const found = await search(part, language, await embedQuestionWithBuiltInModel(part, language));
						return { ...found, candidates: found.evidence >= 0 ? found.candidates : [] };
					}),
				);
	const answer = await composeAnswer({
		whole: whole.evidence >= 0 ? whole : null,
		parts,
		notFound: phrasesIn(language).notFound,
	});
	if (answer) return { kind: "answer", answer };
	const [passage] = whole.candidates;
	return passage && whole.evidence >= MIN_GUESS_EVIDENCE ? { kind: "guess", passage } : { kind: "nothing" };
}

/**
 * Answers a question from one article, which the customer has confirmed to be meant.
 * @param url of the article's help page, with or without a heading.
 * @returns null when customers cannot find the article any more.
 */
export async function answerFromArticle(
	question: string,
	url: string,
	language: string,
): Promise<KnowledgeAnswer | null> {
	const { candidates } = await search(
		question,
		language,
		await embedQuestionWithBuiltInModel(question, language),
	);
	const [page] = url.split("#");
	const own = candidates.filter((candidate) => candidate.url.split("#")[0] === page);
	if (own.length === 0) return null;
	const { notFound } = phrasesIn(language);
	return composeAnswer({ whole: { question, candidates: own }, parts: [], notFound });
}

type SearchResult = {
	/** The question, in the language of the articles that were found. */
	question: string;
	candidates: RankedPassage[];
	/** How much speaks for the best passage, see `weighEvidence`; an answer needs at least 0. */
	evidence: number;
};

/**
 * Searches the articles in the question's language first, then in English, then in the others, until one answers. A
 * language is searched by words; English also by embedding and intent, and with translated keywords.
 */
async function search(
	question: string,
	language: string,
	embedding: QuestionEmbedding | null,
): Promise<SearchResult> {
	const own = searchConfig(language);
	const rank = (config: string) => (config === own ? 0 : config === ENGLISH ? 1 : 2);
	const configs = (await listConfigs()).sort((a, b) => rank(a) - rank(b));
	let best: SearchResult = { question, candidates: [], evidence: Number.NEGATIVE_INFINITY };
	for (const config of configs) {
		if (config === ENGLISH && own !== ENGLISH && hasKeywords(language)) {
			const result = await searchByKeywords(question, language);
			if (!result || !isAboutQuestion(result)) continue;
			return { question: result.translated.query, candidates: result.found, evidence: 0 };
		}
		const meaning = config === ENGLISH ? embedding : null;
		const intents = config === ENGLISH ? findSearchIntents(question, meaning?.vector) : {};
		const result = await findPassages(question, { limit: MAX_PASSAGES, config, intents, meaning });
		const scope = meaning && scoreScope(question, meaning.vector);
		const signals = readSignals(result, scope);
		const coverage = result.found[0]?.coverage ?? 0;
		const evidence =
			config !== ENGLISH
				? coverage - MIN_COVERAGE
				: signals
					? weighEvidence(signals)
					: Number.NEGATIVE_INFINITY;
		if (evidence > best.evidence) best = { question, candidates: result.found, evidence };
		if (evidence >= 0) break;
	}
	return best;
}
