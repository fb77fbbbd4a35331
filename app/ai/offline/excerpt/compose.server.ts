import { listPassages } from "#app/models/article/search.server.ts";
import { articleUrl } from "#app/models/article/slug.ts";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import { searchConfig } from "#app/models/search/languages.ts";
import { stemTexts } from "#app/models/search/stems.server.ts";
import type { AnswerSource } from "#db/shapes.ts";
import { chooseUnits, type ReadPassage } from "./choose-units.ts";
import { renderRuns, runText } from "./render.ts";
import { MAX_EXCERPT_CHARACTERS, splitIntoUnits } from "./units.ts";

/** What an article says about a question, in the article's own words. */
type Excerpt = {
	/** Markdown: sentences and list lines of the article, and its headings where the sentences need them. */
	text: string;
	source: AnswerSource;
	/** Language of the article, BCP 47. */
	language: string;
};

/** A question with the passages that the search found for it, best first. */
type Asked = { question: string; candidates: FoundPassage[] };

/**
 * Quotes what the best article says about a question, from one or more of its sections.
 * @param asked.candidates at least one. The first one's article is quoted; all of them tell how rare the words of the
 * question are.
 */
async function composeExcerpt({ question, candidates }: Asked, maxCharacters: number): Promise<Excerpt> {
	const [best] = candidates;
	if (!best) throw new Error("An excerpt needs a passage.");
	const { passages, weights } = await readArticle(question, best, candidates);
	const runs = chooseUnits(question, weights, passages, maxCharacters);
	const place = passages[runs[0]?.passage ?? 0];
	return {
		text: renderRuns(runs, passages, best.title),
		source: {
			id: String(place?.id ?? best.id),
			title: best.title,
			url: place?.url ?? best.url,
			quote: place && runs[0] ? runText(place, runs[0]) : best.body,
			score: Math.round(best.coverage * 100) / 100,
		},
		language: best.locale,
	};
}

/** Maximum length in characters of each excerpt in an answer to several questions: about 60 words. */
const MAX_PART_CHARACTERS = 360;
/**
 * Minimum score of the whole message's article in the search for a part, relative to the best article, with which the
 * part is about that article too.
 */
const MIN_SAME_ARTICLE = 0.8;

/**
 * Answers a message from the articles: with one excerpt, or with one for each of its questions if these are answered by
 * different articles. A question that no article answers is named.
 * @param options.whole the message, or the part of it that was found; null when no article answers it as a whole.
 * @param options.parts the questions of the message if there are several (see `splitQuestions`); `candidates` is empty
 * when no article answers the question.
 * @param options.notFound makes the sentence that a question was not found.
 * @returns null when no article answers any of them.
 */
export async function composeAnswer({
	whole,
	parts,
	notFound,
}: {
	whole: Asked | null;
	parts: Asked[];
	notFound: (question: string) => string;
}): Promise<{ text: string; sources: AnswerSource[]; coverage: number; language: string } | null> {
	const asked = parts.map((part) => ({
		...part,
		candidates: preferArticle(part.candidates, whole?.candidates[0]),
	}));
	const groups = groupByArticle(asked);
	const single = groups.length < 2 ? (whole ?? groups[0]) : null;
	const answered = single ? [single] : groups;
	if (answered.length === 0) return null;
	const maxCharacters = single ? MAX_EXCERPT_CHARACTERS : MAX_PART_CHARACTERS;
	const excerpts = await Promise.all(answered.map((one) => composeExcerpt(one, maxCharacters)));
	const texts = excerpts.map(({ text, source }) =>
		single || text.startsWith("**") ? text : `**${source.title}**\n${text}`,
	);
	for (const { question, candidates } of asked) {
		if (candidates.length > 0 || (single && (await isAbout(single, question)))) continue;
		texts.push(notFound(question.replace(/[?？؟.!]$/u, "")));
	}
	return {
		text: texts.join("\n\n"),
		sources: excerpts.map(({ source }) => source),
		language: excerpts[0]?.language ?? "en",
		coverage: Math.max(...answered.map(({ candidates }) => candidates[0]?.coverage ?? 0)),
	};
}

/** Joins the questions that the same article answers, and leaves out those that no article answers. */
function groupByArticle(asked: Asked[]): Asked[] {
	const groups = new Map<string, Asked>();
	for (const { question, candidates } of asked) {
		const id = candidates[0]?.articleId;
		const before = id && groups.get(id);
		if (before) before.question += ` ${question}`;
		else if (id) groups.set(id, { question, candidates });
	}
	return [...groups.values()];
}

/** Whether the article found for one question contains half the words of another, and so is its answer too. */
async function isAbout({ candidates }: Asked, question: string): Promise<boolean> {
	const [best] = candidates;
	if (!best) return false;
	const { asked, passages } = await readArticle(question, best, candidates);
	const contained = [...asked].filter((stem) => passages.some((passage) => stemsOf(passage).has(stem)));
	return contained.length >= asked.size / 2;
}

/** Puts the passages of the preferred passage's article first, if the best of them scores almost as high as the best. */
function preferArticle(candidates: FoundPassage[], preferred: FoundPassage | undefined): FoundPassage[] {
	const own = candidates.filter(({ articleId }) => articleId === preferred?.articleId);
	const [first] = own;
	if (!first || first.score < MIN_SAME_ARTICLE * (candidates[0]?.score ?? 0)) return candidates;
	return [...own, ...candidates.filter(({ articleId }) => articleId !== first.articleId)];
}

/** Reads the best passage's article in units with their stems, and weighs the stems of the question. */
async function readArticle(question: string, best: FoundPassage, candidates: FoundPassage[]) {
	const scores = new Map(candidates.map(({ id, score }) => [id, score]));
	const rows = (await listPassages([best.articleId])).map((row) => ({
		...row,
		// Above its first heading, an article has only its title.
		heading: row.anchor === null ? "" : row.heading,
		url: articleUrl(best.slug, row.anchor),
	}));
	// A very long article is read in part, which may not contain the passage that was found.
	if (!rows.some(({ id }) => id === best.id)) rows.unshift({ ...best, anchor: null });
	const read = rows.map((row) => ({ ...row, units: splitIntoUnits(row.body) }));
	const others = candidates.filter(({ articleId }) => articleId !== best.articleId).map(({ body }) => body);
	const texts = [
		question,
		best.title,
		...others,
		...read.flatMap(({ heading, units }) => [heading, ...units.map(({ text }) => text)]),
	];
	const stems = (await stemTexts(texts, searchConfig(best.locale)))
		.map((vector) => new Set(vector.keys()))
		.values();
	const nextStems = () => stems.next().value ?? new Set<string>();
	const asked = nextStems();
	const title = nextStems();
	const bodies = others.map(nextStems);
	const passages = read.map(({ id, heading, url, units }) => ({
		id,
		heading,
		url,
		headingStems: nextStems(),
		foundShare: best.score > 0 ? Math.max(0, scores.get(id) ?? 0) / best.score : 0,
		units: units.map((unit) => ({ ...unit, stems: nextStems() })),
	}));
	return { asked, passages, weights: weighStems(asked, title, passages.map(stemsOf), bodies) };
}

const stemsOf = ({ headingStems, units }: ReadPassage): Set<string> =>
	new Set([...headingStems, ...units.flatMap(({ stems }) => [...stems])]);

/**
 * The importance of the question's stems within an article: the inverse document frequency of each among all passages, as
 * a share of the sum. Stems of the title and stems that the article lacks do not tell its passages apart and are left
 * out.
 */
function weighStems(
	asked: ReadonlySet<string>,
	title: ReadonlySet<string>,
	own: ReadonlySet<string>[],
	others: ReadonlySet<string>[],
): Map<string, number> {
	const all = [...own, ...others];
	const idfs = [...asked].flatMap((stem): [string, number][] => {
		if (title.has(stem) || !own.some((stems) => stems.has(stem))) return [];
		const count = all.filter((stems) => stems.has(stem)).length;
		return [[stem, Math.log(1 + all.length / (count + 0.5))]];
	});
	const sum = idfs.reduce((total, [, idf]) => total + idf, 0);
	return new Map(idfs.map(([stem, idf]) => [stem, idf / sum]));
}
