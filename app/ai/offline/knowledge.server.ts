import {
	findPassages,
	listConfigs,
	listPassages,
	type PassageSearch,
} from "#app/models/article/search.server.ts";
import { articleUrl } from "#app/models/article/slug.ts";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import { ENGLISH, searchConfig } from "#app/models/search/languages.ts";
import { stemTexts } from "#app/models/search/stems.server.ts";
import type { AnswerSource } from "#db/shapes.ts";
import { embedQuestionWithBuiltInModel } from "../embeddings.server.ts";
import { findSearchTopics } from "../intent/search-topics.ts";
import { wantedForm } from "./answer-kinds.ts";
import { choosePassage, type PassageChoice, type ReadPassage } from "./passage-choice.ts";
import { openingSentences, sentencesAround, splitSentences } from "./sentences.ts";
import { isAnswered } from "./support.ts";

/** What was found in the articles: the sentences that answer, and where they stand. */
export type KnowledgeAnswer = {
	text: string;
	source: AnswerSource;
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
/** The score already holds the coverage; a little more of it decides between like ones. */
const COVERAGE_POWER = 0.3;
/** A passage that has none of the words may still mean what was asked. */
const LEAST_COUNTED = 0.1;
/** Articles whose passages are weighed against each other. */
const ARTICLES = 3;
/** What the form asked for counts between articles, beside how well they speak of the subject. */
const FORM_SHARE = 0.25;
/** Parts of a long message that are looked up each on its own. */
const MOST_PARTS = 4;

/**
 * Answers from the knowledge articles in their own words, or returns null when nothing in them speaks of
 * enough of what was asked. In a message of several sentences, the one that asks decides.
 * @param language of the question.
 */
export async function answerFromKnowledge(
	question: string,
	language: string,
): Promise<KnowledgeAnswer | null> {
	const own = searchConfig(language);
	const configs = await listConfigs();
	// Those in the customer's language first; another language's articles answer what they alone know.
	configs.sort(
		(a, b) => Number(b === own) - Number(a === own) || Number(b === ENGLISH) - Number(a === ENGLISH),
	);
	for (const config of configs) {
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
			return quoteFrom(bestOfArticles(search.found), part, { ...search, config });
		}
	}
	return null;
}

type Candidate = { passage: FoundPassage; strength: number };

/** The strongest passage of each article, best first; the strength of the first is 1. */
function bestOfArticles(passages: FoundPassage[]): Candidate[] {
	const strengthOf = ({ score, coverage }: FoundPassage) =>
		score * Math.max(coverage, LEAST_COUNTED) ** COVERAGE_POWER;
	const best = new Map<string, FoundPassage>();
	for (const passage of passages) {
		const before = best.get(passage.articleId);
		if (!before || strengthOf(passage) > strengthOf(before)) best.set(passage.articleId, passage);
	}
	const ranked = [...best.values()].sort((a, b) => strengthOf(b) - strengthOf(a));
	const strongest = Math.max(strengthOf(ranked[0]!), 1e-9);
	return ranked.slice(0, ARTICLES).map((passage) => ({ passage, strength: strengthOf(passage) / strongest }));
}

/** The passage of the found articles that answers best, and its sentences that do. */
async function quoteFrom(
	candidates: Candidate[],
	question: string,
	search: PassageSearch & { config: string },
): Promise<KnowledgeAnswer> {
	const form = wantedForm(question);
	const articles = await readArticles(
		candidates.map(({ passage }) => passage),
		search.config,
	);
	const titles = await stemTexts(
		candidates.map(({ passage }) => passage.title),
		search.config,
	);
	let best: { choice: PassageChoice; at: number; merit: number } | null = null;
	for (const [at, article] of articles.entries()) {
		const choice = choosePassage(article, { ...search, form, title: titles[at] ?? new Map() });
		if (!choice) continue;
		const merit = (candidates[at]?.strength ?? 0) + (form.isAsked ? FORM_SHARE * choice.formed : 0);
		if (!best || merit > best.merit) best = { choice, at, merit };
	}
	const found = candidates[best?.at ?? 0]!.passage;
	const chosen = best && articles[best.at]?.[best.choice.index];
	if (!best || !chosen) {
		const text = openingSentences(splitSentences(found.body));
		return { text, coverage: found.coverage, source: asSource(found, text), language: found.locale };
	}
	const { choice } = best;
	const { sentences } = chosen;
	// All that stands under "Why it may not work" is about what does not work.
	const isOfSuch = choice.isNamed && form.score(chosen.heading) > 0;
	const isReadFromStart = form.isHowTo ? choice.isNamed : !form.isAsked && (choice.isHeaded || isOfSuch);
	const text = isReadFromStart
		? openingSentences(sentences)
		: sentencesAround(sentences, choice.scores, {
				shows: form.shows,
				isRuleFirst: choice.isNamed && !form.isAsked,
			});
	const url = articleUrl(found.slug, chosen.anchor);
	return {
		text,
		coverage: found.coverage,
		source: asSource({ ...found, url }, text),
		language: found.locale,
	};
}

/** The passages of each article in order, cut into sentences, with all their stems from one query. */
async function readArticles(found: FoundPassage[], config: string) {
	const rows = await listPassages(found.map(({ articleId }) => articleId));
	const cut = rows.map((row) => ({
		...row,
		// Text above the first heading has the title for one, which says nothing between the passages.
		heading: row.anchor === null ? "" : row.heading,
		sentences: splitSentences(row.body),
	}));
	const vectors = await stemTexts(
		cut.flatMap(({ heading, sentences }) => [heading, ...sentences]),
		config,
	);
	let next = 0;
	const read = cut.map((passage): ReadPassage & (typeof cut)[number] => {
		const from = next;
		next += 1 + passage.sentences.length;
		return {
			...passage,
			headingVector: vectors[from] ?? new Map(),
			vectors: vectors.slice(from + 1, next),
		};
	});
	return found.map(({ articleId }) => read.filter((passage) => passage.articleId === articleId));
}

/** Where intents are not known, the share of the question that is covered decides. */
const isCovered = (best: FoundPassage | undefined) => best !== undefined && best.coverage >= LEAST_COVERAGE;

function asSource(passage: FoundPassage, quote: string): AnswerSource {
	const { id, title, url, coverage } = passage;
	return { id: String(id), title, url, quote, score: Math.round(coverage * 100) / 100 };
}

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
