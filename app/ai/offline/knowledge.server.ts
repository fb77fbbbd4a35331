import { type FoundPassage, findPassages, type PassageSearch } from "#app/models/article-search.server.ts";
import { stemTexts } from "#app/models/search/stems.server.ts";
import type { AnswerSource } from "#db/shapes.ts";
import { chooseSentences, openingSentences, splitSentences } from "./sentences.ts";

/** What was found in the articles: the sentences that answer, and where they stand. */
export type KnowledgeAnswer = { text: string; source: AnswerSource; coverage: number };

/**
 * The share of the question's subject that a passage must speak of. Counted in telling words, two of three are
 * enough and one of two is not: "does the X come in red" is not answered by whatever else is known of X.
 */
export const LEAST_COVERAGE = 0.62;

const PASSAGES = 6;
/** Parts of a long message that are looked up each on its own. */
const MOST_PARTS = 4;

/**
 * Answers from the knowledge articles in their own words, or returns null when nothing in them speaks of
 * enough of what was asked. In a message of several sentences, the one that asks decides.
 * @param topics of the intent, see `topicsOf`.
 */
export async function answerFromKnowledge(
	question: string,
	topics: string[] = [],
): Promise<KnowledgeAnswer | null> {
	let best: { search: PassageSearch; index: number; coverage: number; score: number } | null = null;
	for (const part of questionParts(question)) {
		const search = await findPassages(part, PASSAGES, topics);
		for (const [index, passage] of search.found.entries()) {
			if (!isSupported(passage)) continue;
			if (!best || passage.score * passage.coverage > best.score * best.coverage) {
				best = { search, index, coverage: passage.coverage, score: passage.score };
			}
		}
		// The whole message is the surest reading; its parts are only asked when it finds nothing.
		if (best) break;
	}
	const passage = best?.search.found[best.index];
	if (!best || !passage) return null;
	const { terms, rarities } = best.search;
	const sentences = splitSentences(passage.body);
	const said = passage.relevance.met.filter(({ term }) => !term.isTopic);
	const isHeaded = said.every(({ term, isNamed }) => isNamed && !term.isAsked);
	const text = isHeaded
		? openingSentences(sentences)
		: chooseSentences(sentences, await stemTexts(sentences), terms, rarities);
	return { text, coverage: passage.coverage, source: asSource(passage, text) };
}

function isSupported(passage: PassageSearch["found"][number]): boolean {
	if (passage.coverage < LEAST_COVERAGE) return false;
	// Small change alone ("buy", "3 days") or the mere kind of an answer is no subject.
	return passage.relevance.met.some(
		({ term, worth, isNamed }) => !term.isTopic && (!term.isAsked || isNamed) && term.weight * worth >= 0.7,
	);
}

function asSource(passage: FoundPassage, quote: string): AnswerSource {
	const { id, title, url, coverage } = passage;
	return { id: String(id), title, url, quote, score: Math.round(coverage * 100) / 100 };
}

const ASKS =
	/\?\s*$|^(?:how|what|when|where|which|who|why|can|could|do|does|did|is|are|will|would|should|may|am i|i want|i need|i would like|id like|please|tell me)\b/i;

/** The message as a whole, then its sentences, those that ask first. */
export function questionParts(question: string): string[] {
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
	const parts = sentence.split(/[,;:]\s+|\s+(?:and|but|so|because|since|then)\s+/).map((part) => part.trim());
	const asking = parts.filter((part) => ASKS.test(part) && part.split(/\s+/).length >= 3);
	return parts.length > 1 ? asking : [];
}
