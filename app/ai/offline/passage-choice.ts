import { meets, rarity } from "#app/models/search/relevance.ts";
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
/** A kin of this worth in a heading still names the subject. */
const NAMING_WORTH = 0.6;
const FIRST_WORD_ALONE = 0.35;
/** Passages need not repeat a word of the title to be about it. */
const TITLE_WORD = 0.5;
const TITLE_WORTH = 0.85;
/** Added to the rarity of a word that not all passages say: among two or three of them it is small. */
const TELLS_APART = 0.3;
/** What the most common word counts beside the rarest one of the question, as far as all articles go. */
const LEAST_RARITY = 0.6;
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
 * @param options.title the title's stems; @param options.rarities one per term, in all of the articles.
 * @returns null without passages.
 */
export function choosePassage(
	passages: ReadPassage[],
	options: { title: TextVector; terms: Term[]; rarities: number[]; form: WantedForm },
): PassageChoice | null {
	const { title, terms, rarities, form } = options;
	// "After two months" asks for a duration; another text's "two days" says nothing to it.
	const isSaid = (term: Term) => !term.isTopic && !(form.isAsked && AMOUNT_OF_TIME.test(term.label));
	const said = terms.filter(isSaid);
	const rarest = Math.max(1e-9, ...rarities);
	const weights = terms.flatMap((term, i) => {
		if (!isSaid(term)) return [];
		const inTitle = meets({ ...term, patterns: [] }, title, "").worth >= TITLE_WORTH;
		const inAll = LEAST_RARITY + (1 - LEAST_RARITY) * ((rarities[i] ?? 0) / rarest);
		return [localWeight(term, passages) * inAll * (inTitle ? TITLE_WORD : 1)];
	});
	const opening = passages.findIndex(({ body, heading }) => !isIntroduction(body) && !isSpecialCase(heading));
	let best: (PassageChoice & { fit: number }) | null = null;
	for (const [index, passage] of passages.entries()) {
		const heading = headingFit(passage, said);
		const worths = said.map((term) =>
			passage.sentences.map((sentence, i) => meets(term, passage.vectors[i] ?? new Map(), sentence).worth),
		);
		const inPassage = worths.map((worth) => Math.max(0, ...worth));
		const counts = said.map((_, t) => countsIn(t, said, inPassage, heading.worths, weights));
		const scores = passage.sentences.map((sentence, i) => {
			let score = FORM_WEIGHT * form.score(sentence) + (FIRST_SENTENCES[i] ?? 0);
			for (const [t, count] of counts.entries()) score += (worths[t]?.[i] ?? 0) * count;
			return score;
		});
		let fit = Math.max(0, ...scores);
		for (const [t, count] of counts.entries()) {
			fit +=
				(PASSAGE_SHARE * (inPassage[t] ?? 0) +
					HEADING_WEIGHT * heading.precision * (heading.worths[t] ?? 0)) *
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
			meets(term, headingVector, heading).worth > 0.5 ||
			sentences.some((sentence, i) => meets(term, vectors[i] ?? new Map(), sentence).worth > 0.5),
	).length;
	if (saying === 0) return 0;
	return term.weight * (rarity(saying, passages.length) + (saying < passages.length ? TELLS_APART : 0));
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
	const worths = terms.map((term) => meets({ ...term, patterns: [] }, headingVector, "").worth);
	const stems = new Set<string>();
	for (const [t, term] of terms.entries()) {
		if ((worths[t] ?? 0) < NAMING_WORTH) continue;
		for (const { phrase } of term.alternatives) {
			for (const { stem } of phrase) if (headingVector.has(stem)) stems.add(stem);
		}
	}
	const precision = LEAST_PRECISION + (1 - LEAST_PRECISION) * (stems.size / Math.max(1, headingVector.size));
	const isAll = terms.length > 0 && worths.every((worth) => worth >= NAMING_WORTH);
	const isSome = worths.some((worth, t) => worth >= NAMING_WORTH && !terms[t]?.isAsked);
	return { worths, precision, isAll, isSome };
}
