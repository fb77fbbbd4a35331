import type { Context } from "./context.ts";
import { matchAt, type Token, without } from "./tokens.ts";
import type { Words } from "./words.ts";

/** Words of a text that refer to something mentioned before the text. */
export type Reference = { at: number; length: number };

/** Words after a pronoun in which "possible" or "take" makes it no pronoun, and words from there to "to". */
const EXPLETIVE_WORDS = 3;
const INFINITIVE_WORDS = 4;
/** Longest question without a question word that is a part of a question, such as "and for chairs?". */
const MAX_FRAGMENT_WORDS = 6;
/** Letters that may follow the beginning of a word in the list of subjects: "deliver", "delivering". */
const MAX_ENDING = 4;

/** Finds the first word that refers to something outside the question; null when there is none. */
export function findReference(body: Token[], context: Context, words: Words): Reference | null {
	const { has, lists } = words;
	for (const [at, { key }] of body.entries()) {
		const length = matchAt(body, at, lists.pronouns);
		const before = body[at - 1]?.key;
		const after = body[at + Math.max(length, 1)]?.key;
		const isEnd = !after;
		const isFunctionWord =
			isEnd || has("generic", after) || has("questionWords", after) || has("prepositions", after);
		if (length > 0) {
			if (has("impersonal", before)) continue;
			if (!isExpletive(body, at, words) && (has("connectors", before) || !hasOwnAntecedent(body, at, words)))
				return { at, length };
		} else if (has("articlesOrPronouns", key)) {
			if (isFunctionWord && !has("determiners", after)) return { at, length: 1 };
		} else if (has("demonstratives", key)) {
			if (has("unrelatedNouns", after) || isNewSubject(after, context, words)) continue;
			const isLinked = at === 0 || has("connectors", before);
			// "One" before a noun is a number, and "that" before a clause joins it.
			if (isEnd || (isLinked && key !== "one") || (key === "one" && isFunctionWord && after !== "of"))
				return { at, length: 1 };
		}
	}
	return null;
}

/** Whether "it" only stands for a clause that follows, as in "is it possible to pay later". */
function isExpletive(body: Token[], at: number, { has, lists }: Words): boolean {
	for (let head = at + 1; head <= at + EXPLETIVE_WORDS && head < body.length; head++) {
		if (matchAt(body, head, lists.expletives) === 0) continue;
		for (let next = head + 1; next <= head + INFINITIVE_WORDS && next < body.length - 1; next++) {
			if (has("infinitives", body[next]?.key)) return matchAt(body, next + 1, lists.places) === 0;
		}
	}
	return false;
}

/** Whether the words before a pronoun name what it stands for: "my vase fell and it broke". */
function hasOwnAntecedent(body: Token[], at: number, words: Words): boolean {
	const before = body.slice(0, at);
	const isContent = (token: Token | undefined) =>
		token !== undefined && token.key !== "" && contentOf([token], words).length > 0;
	const hasNoun = before.some(({ key }, i) => words.has("determiners", key) && isContent(before[i + 1]));
	const boundary = before.findLastIndex(({ key }) => key === "" || words.has("boundaries", key));
	return hasNoun || contentOf(before.slice(0, Math.max(boundary, 0)), words).length >= 2;
}

/** The words that name what a question is about. */
const contentOf = (tokens: Token[], words: Words): Token[] =>
	without(
		tokens,
		words,
		"generic",
		"questionWords",
		"prepositions",
		"pronouns",
		"demonstratives",
		"articlesOrPronouns",
	).filter(({ key }) => key !== "");

function isSubject(key: string, words: Words): string | undefined {
	return words.lists.subjects.find(
		([start = ""]) => key.startsWith(start) && key.length - start.length <= MAX_ENDING,
	)?.[0];
}

/** Whether a word names a subject of a store that the context does not name. */
function isNewSubject(key: string | undefined, { tokens }: Context, words: Words): boolean {
	const subject = key ? isSubject(key, words) : undefined;
	return subject !== undefined && !tokens.some((token) => token.key.startsWith(subject));
}

/** Decides whether a question continues the conversation. */
export function isContinuation(
	body: Token[],
	{
		context,
		words,
		hasOpener,
		reference,
	}: { context: Context; words: Words; hasOpener: boolean; reference: Reference | null },
): { leans: boolean; isFragment: boolean; isOtherSubject: boolean } {
	const { has, lists } = words;
	const { topic } = context;
	const content = contentOf(body, words);
	const isOtherSubject = content.some(({ key }) => isNewSubject(key, context, words));
	const isPlace = lists.places.some((entry) => entry.length === body.length && matchAt(body, 0, [entry]) > 0);
	const isOf = (list: "attributes" | "orderWords") => content.every(({ key }) => has(list, key));
	const isFragment =
		body.length <= MAX_FRAGMENT_WORDS &&
		!reference &&
		!body.some(({ key }) => has("questionWords", key)) &&
		(hasOpener ||
			isPlace ||
			has("prepositions", body[0]?.key) ||
			(topic.products.length > 0 && isOf("attributes")));
	const isWithoutSubject =
		content.length === 0 ||
		(topic.products.length > 0 && isOf("attributes")) ||
		(topic.isAboutOrders && isOf("orderWords"));
	// "And with a credit card?" names a subject, but after a preposition it is only a part of a question.
	const isPart = isFragment && (!isOtherSubject || (hasOpener && has("prepositions", body[0]?.key)));
	return { leans: reference !== null || isWithoutSubject || isPart, isFragment, isOtherSubject };
}
