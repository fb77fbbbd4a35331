import { matchTerm, termIdf } from "#app/models/search/relevance.ts";
import type { Term } from "#app/models/search/term.ts";
import type { TextVector } from "#app/models/search/text-vector.ts";
import { isIntroduction, isSpecialCase, type WantedForm } from "./answer-kinds.ts";

/** A passage of an article with its stems: of its heading, and of each of its sentences. */
export type ReadPassage = {
	/** Empty for text above the first heading, which only has the article's title. */
	heading: string;
	headingVector: TextVector;
	body: string;
	sentences: string[];
	vectors: TextVector[];
};

/** The form asked for, beside one telling word in a sentence. */
const FORM_WEIGHT = 1.6;
/** A word in the heading is about the passage, one in a sentence may be in passing. */
const HEADING_WEIGHT = 1.4;
/** Words that other sentences of the passage say. */
const PASSAGE_SHARE = 0.3;
/** What a heading counts for that says more than was asked, at least. */
const LEAST_PRECISION = 0.45;
/** Minimum weight of a synonym in a heading that counts as naming the subject. */
const MIN_NAMING_WEIGHT = 0.6;
const FIRST_WORD_ALONE = 0.35;
/** Passages need not repeat a word of the title to be about it. */
const TITLE_WORD = 0.5;
const MIN_TITLE_WEIGHT = 0.85;
/** Added to the rarity of a word that not all passages say: among two or three of them it is small. */
const TELLS_APART = 0.3;
/** Minimum share of its idf-based weight that the most common term of a question keeps. */
const MIN_IDF_SHARE = 0.6;
const OPENING = 0.15;
const GENERAL_OPENING = 0.9;
const INTRODUCTION = -2;
const SPECIAL_CASE = -0.8;
/** A heading that asks what was asked ("Where to"). */
const SAME_QUESTION = 0.9;
/** Each further sentence of the form asked for, as the rows of a table are, up to three. */
const MORE_OF_FORM = 0.2;
/** The first sentences of a passage are its rule, the later ones its details. */
const FIRST_SENTENCES = [0.2, 0.1];

export type PassageChoice = {
	index: number;
	/** One per sentence of the passage. */
	scores: number[];
	/** Whether its heading says all that was asked. */
	isHeaded: boolean;
	/** Whether its heading says some of it. */
	isNamed: boolean;
	/** How much the passage has the form asked for, from 0 to about 1.5. */
	formed: number;
};

/**
 * Chooses the passage of one article that answers a question, and scores its sentences. The article's title
 * covers all of them alike and is left out; a word counts by how few of the passages say it.
 * @param options.title the title's stems; @param options.idfs one per term, in all of the articles.
 * @returns null without passages.
 */
export function choosePassage(
	passages: ReadPassage[],
	options: { title: TextVector; terms: Term[]; idfs: number[]; form: WantedForm },
): PassageChoice | null {
	const { title, terms, idfs, form } = options;
	// "After two months" asks for a duration; another text's "two days" says nothing to it.
	const isSaid = (term: Term) => !term.isTopic && !(form.isAsked && AMOUNT_OF_TIME.test(term.label));
	const said = terms.filter(isSaid);
	const maxIdf = Math.max(1e-9, ...idfs);
	const weights = terms.flatMap((term, i) => {
		if (!isSaid(term)) return [];
		const inTitle = matchTerm({ ...term, patterns: [] }, title, "").matchWeight >= MIN_TITLE_WEIGHT;
		const inAll = MIN_IDF_SHARE + (1 - MIN_IDF_SHARE) * ((idfs[i] ?? 0) / maxIdf);
		return [localWeight(term, passages) * inAll * (inTitle ? TITLE_WORD : 1)];
	});
	const opening = passages.findIndex(({ body, heading }) => !isIntroduction(body) && !isSpecialCase(heading));
	let best: (PassageChoice & { fit: number }) | null = null;
	for (const [index, passage] of passages.entries()) {
		const heading = headingFit(passage, said);
		const matchWeights = said.map((term) =>
			passage.sentences.map(
				(sentence, i) => matchTerm(term, passage.vectors[i] ?? new Map(), sentence).matchWeight,
			),
		);
		const inPassage = matchWeights.map((matchWeight) => Math.max(0, ...matchWeight));
		const counts = said.map((_, t) => countsIn(t, said, inPassage, heading.matchWeights, weights));
		const scores = passage.sentences.map((sentence, i) => {
			let score = FORM_WEIGHT * form.score(sentence) + (FIRST_SENTENCES[i] ?? 0);
			for (const [t, count] of counts.entries()) score += (matchWeights[t]?.[i] ?? 0) * count;
			return score;
		});
		let fit = Math.max(0, ...scores);
		for (const [t, count] of counts.entries()) {
			fit +=
				(PASSAGE_SHARE * (inPassage[t] ?? 0) +
					HEADING_WEIGHT * heading.precision * (heading.matchWeights[t] ?? 0)) *
				count;
		}
		const showing = passage.sentences.filter((sentence) => form.shows(sentence)).length;
		fit += MORE_OF_FORM * Math.min(3, Math.max(0, showing - 1));
		fit += FORM_WEIGHT * form.score(passage.heading);
		fit += SAME_QUESTION * form.names(passage.heading);
		if (index === opening) fit += form.isGeneral && !form.isAsked ? GENERAL_OPENING : OPENING;
		if (isIntroduction(passage.body)) fit += INTRODUCTION;
		if (!form.isNegative && isSpecialCase(passage.heading)) fit += SPECIAL_CASE;
		if (best && fit <= best.fit + 1e-9) continue;
		const formed = Math.max(0, ...passage.sentences.map((sentence) => form.score(sentence)));
		best = { index, scores, isHeaded: heading.isAll, isNamed: heading.isSome, formed, fit };
	}
	return best;
}

const AMOUNT_OF_TIME =
	/^(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|few|several|couple)?(?:^| |$)(?:minutes?|hours?|days?|weeks?|months?|years?)?$/;

/** What a term tells between these passages: nothing when all of them say it. */
function localWeight(term: Term, passages: ReadPassage[]): number {
	const saying = passages.filter(
		({ heading, headingVector, sentences, vectors }) =>
			matchTerm(term, headingVector, heading).matchWeight > 0.5 ||
			sentences.some((sentence, i) => matchTerm(term, vectors[i] ?? new Map(), sentence).matchWeight > 0.5),
	).length;
	if (saying === 0) return 0;
	return term.weight * (termIdf(saying, passages.length) + (saying < passages.length ? TELLS_APART : 0));
}

/**
 * What a term counts in a passage. In a name of two words the last says what it is and the first which one:
 * the first alone is of something else ("coffee" beside "coffee machine").
 */
function countsIn(
	t: number,
	terms: Term[],
	inPassage: number[],
	inHeading: number[],
	weights: number[],
): number {
	const weight = weights[t] ?? 0;
	const isFirst = terms[t + 1]?.isNext && !terms[t]?.isAsked && (weights[t + 1] ?? 0) > 0;
	if (!isFirst || (inPassage[t + 1] ?? 0) > 0.5 || (inHeading[t + 1] ?? 0) > 0.5) return weight;
	return weight * FIRST_WORD_ALONE;
}

/** How far the heading says what was asked, less when it says more than that; patterns are for sentences. */
function headingFit({ headingVector }: ReadPassage, terms: Term[]) {
	const matchWeights = terms.map(
		(term) => matchTerm({ ...term, patterns: [] }, headingVector, "").matchWeight,
	);
	const stems = new Set<string>();
	for (const [t, term] of terms.entries()) {
		if ((matchWeights[t] ?? 0) < MIN_NAMING_WEIGHT) continue;
		for (const { phrase } of term.alternatives) {
			for (const { stem } of phrase) if (headingVector.has(stem)) stems.add(stem);
		}
	}
	const precision = LEAST_PRECISION + (1 - LEAST_PRECISION) * (stems.size / Math.max(1, headingVector.size));
	const isAll = terms.length > 0 && matchWeights.every((matchWeight) => matchWeight >= MIN_NAMING_WEIGHT);
	const isSome = matchWeights.some(
		(matchWeight, t) => matchWeight >= MIN_NAMING_WEIGHT && !terms[t]?.isAsked,
	);
	return { matchWeights, precision, isAll, isSome };
}
