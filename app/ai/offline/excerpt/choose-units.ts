import type { Unit } from "./units.ts";
import { ANSWER_FORMS, hasNumber, startsContinuation } from "./word-lists.ts";

/** A passage of an article, prepared for choosing what to quote. */
export type ReadPassage = {
	units: (Unit & { stems: ReadonlySet<string> })[];
	/** Empty above the article's first heading. */
	heading: string;
	headingStems: ReadonlySet<string>;
	/** The passage's score in the search, relative to the best passage: 0 (not found) to 1. */
	foundShare: number;
};

/** Some neighbouring units of a passage: `first` and `last` are positions in its `units`, both inclusive. */
export type Run = { passage: number; first: number; last: number };

// The values below were chosen on 120 questions to three invented shops. Every one of them raises the share of the
// words that a complete answer needs by one to six points; half or twice a value changes that share by less than two.

/**
 * Added to a unit's relevance for each hint besides the question's words: the unit has a number, it has the form that
 * the question asks for (an amount, a time), or the search found its passage (in proportion to the score). The shares
 * of the question's words are between 0 and 1 each.
 */
const HINT = 0.2;
/** Added for each neighbour that is quoted already, so that neighbouring sentences are preferred. */
const NEIGHBOUR = 0.25;
/** Minimum relevance of a further unit, relative to the best unit, once the excerpt is not short any more. */
const MIN_SHARE = 0.55;
/** Length in characters, about 40 words, up to which an excerpt is short, and up to which a passage or list is quoted whole. */
const SHORT = 250;

/**
 * Chooses the units that answer a question: the most relevant one first, then further ones while they fit. A unit that
 * is not understandable alone brings what it needs: a list item its introduction, "It ..." the sentence before.
 * @param weights importance of the question's stems that tell passages apart; the sum is 1, or 0 without any.
 * @param maxCharacters maximum total length; only the first unit may be longer.
 * @returns runs of neighbouring units: those of the best unit's passage first, the others in the order of the article.
 */
export function chooseUnits(
	question: string,
	weights: ReadonlyMap<string, number>,
	passages: ReadPassage[],
	maxCharacters: number,
): Run[] {
	const asked = ANSWER_FORMS.filter(({ asks }) => asks.test(question));
	const shareOf = (isIn: (stem: string) => boolean) => {
		let share = 0;
		for (const [stem, weight] of weights) if (isIn(stem)) share += weight;
		return share;
	};
	const all = passages.flatMap((passage, at) => {
		const inPassage = shareOf((stem) => passage.units.some(({ stems }) => stems.has(stem)));
		const inHeading = shareOf((stem) => passage.headingStems.has(stem));
		return passage.units.map((unit, position) => {
			const hints = [hasNumber(unit.text), asked.some(({ says }) => says(unit.text))].filter(Boolean).length;
			const words = shareOf((stem) => unit.stems.has(stem)) + inPassage + inHeading;
			return { unit, passage: at, position, relevance: words + HINT * (hints + passage.foundShare) };
		});
	});
	const isChosen = all.map(() => false);
	let room = maxCharacters;
	let minRelevance = 0;
	let bestPassage = 0;
	for (let isFirst = true; ; isFirst = false) {
		let best: { needed: number[]; length: number; value: number; passage: number } | null = null;
		for (const [at, { relevance, passage }] of all.entries()) {
			if (isChosen[at]) continue;
			const neighbours = [at - 1, at + 1].filter(
				(other) => isChosen[other] && isSamePassage(all, at, other),
			).length;
			const value = relevance + NEIGHBOUR * neighbours;
			if ((value < minRelevance && maxCharacters - room > SHORT) || (best && value <= best.value)) continue;
			const needed = neededFor(all, at).filter((one) => !isChosen[one]);
			const length = lengthOf(all, needed);
			if (isFirst || length <= room) best = { needed, length, value, passage };
		}
		if (!best) break;
		for (const at of best.needed) isChosen[at] = true;
		room -= best.length;
		if (isFirst) {
			minRelevance = MIN_SHARE * best.value;
			bestPassage = best.passage;
		}
	}
	const isBest = ({ passage }: Run) => passage === bestPassage;
	const runs = toRuns(all, isChosen);
	return [...runs.filter(isBest), ...runs.filter((run) => !isBest(run))];
}

const QUESTION = /[?？؟]$/u;

type Placed = { unit: Unit; passage: number; position: number };

const isSamePassage = (all: Placed[], one: number, other: number) =>
	all[one]?.passage === all[other]?.passage;
const lengthOf = (all: Placed[], indexes: number[]) =>
	indexes.reduce((sum, at) => sum + (all[at]?.unit.text.length ?? 0) + 1, 0);

/** The unit itself with those without which it would mislead; a short passage or list as a whole. */
function neededFor(all: Placed[], at: number): number[] {
	const { passage } = all[at]!;
	const inPassage = [...all.keys()].filter((other) => all[other]!.passage === passage);
	if (lengthOf(all, inPassage) <= SHORT) return inPassage;
	const isItem = (of: number) => isSamePassage(all, at, of) && all[of]!.unit.isItem;
	const list = (from: number) => {
		let last = from;
		while (isItem(last + 1)) last++;
		return Array.from({ length: last - from + 1 }, (_, i) => from + i);
	};
	if (!isItem(at)) {
		if (isItem(at + 1) && introduces(all, at)) return [at, ...list(at + 1)];
		const text = (of: number) => (isSamePassage(all, at, of) ? (all[of]?.unit.text ?? "") : "");
		// The author's question ("Left-handed?") and the sentence after it belong together.
		const start = startsContinuation.test(text(at)) || QUESTION.test(text(at - 1)) ? at - 1 : at;
		const end = QUESTION.test(text(at)) && text(at + 1) !== "" ? at + 1 : at;
		return [start, at, end].filter((one, i, needed) => text(one) !== "" && needed.indexOf(one) === i);
	}
	let first = at;
	while (isItem(first - 1)) first--;
	const introduction = isSamePassage(all, at, first - 1) && introduces(all, first - 1) ? [first - 1] : [];
	const whole = list(first);
	return [...introduction, ...(lengthOf(all, whole) <= SHORT ? whole : [...parentsOf(all, at), at])];
}

/** Whether a sentence before a list introduces it: it ends with a colon, or is the only sentence of its paragraph. */
function introduces(all: Placed[], at: number): boolean {
	const { unit, position } = all[at]!;
	return /[:：]$/.test(unit.text) || position === 0 || unit.before.includes("\n");
}

/** The items above a nested item. */
function parentsOf(all: Placed[], at: number): number[] {
	const indent = (of: number) => all[of]!.unit.text.search(/\S/);
	for (let above = at - 1; isSamePassage(all, at, above) && all[above]!.unit.isItem; above--) {
		if (indent(above) < indent(at)) return [...parentsOf(all, above), above];
	}
	return [];
}

function toRuns(all: Placed[], isChosen: boolean[]): Run[] {
	const runs: Run[] = [];
	for (const [at, { passage, position }] of all.entries()) {
		if (!isChosen[at]) continue;
		const last = runs.at(-1);
		if (last?.passage === passage && last.last === position - 1) last.last = position;
		else runs.push({ passage, first: position, last: position });
	}
	return runs;
}
