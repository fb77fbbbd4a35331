import type { Context } from "./context.ts";
import { matchAt, type Token, textOf, without } from "./tokens.ts";
import type { Words } from "./words.ts";

/** Words after a preposition that another part may replace. */
const MAX_REPLACED_WORDS = 3;
/** The first prepositions of a language's list ("for", "on", "of") say the same: a warranty for, on or of a lamp. */
const ALIKE_PREPOSITIONS = 3;

const areAlike = (one: string, other: string | undefined, { lists }: Words): boolean =>
	[one, other].every((key) =>
		lists.prepositions.slice(0, ALIKE_PREPOSITIONS).some(([preposition]) => preposition === key),
	);

/**
 * Puts a part of a question ("and for chairs?") into the question before it, in the place of what it replaces: a country
 * replaces a country, a product's name the last product's name, and words after a preposition those after the same
 * preposition. Where nothing is replaced, the part is added at the end.
 * @returns `isOtherThing`: whether the part names another product than the one of the last answer.
 */
export function mergeFragment(
	body: Token[],
	{ tokens, topic }: Context,
	words: Words,
): { text: string; isOtherThing: boolean } {
	const merge = (from: number, to: number, part: Token[]) =>
		textOf([...tokens.slice(0, from), ...part, ...tokens.slice(to)]);
	const place = findEntry(body, words.lists.places);
	const before = findEntry(tokens, words.lists.places);
	if (place && before) {
		const part = body.slice(place.at, place.at + place.length);
		return { text: merge(before.at, before.at + before.length, part), isOtherThing: false };
	}
	const isPreposition = ({ key }: Token) => words.has("prepositions", key);
	const startsWithPreposition = body[0] !== undefined && isPreposition(body[0]);
	if (!startsWithPreposition && without(body, words, "generic", "attributes").length > 0) {
		const names = new Set(topic.products.flatMap(({ name }) => name.toLowerCase().split(/\s+/)));
		const at = tokens.findIndex(({ raw }) => names.has(raw.toLowerCase()));
		const end = tokens.findLastIndex(({ raw }) => names.has(raw.toLowerCase()));
		const isDoubled = [tokens[at - 1], body[0]].every((token) => words.has("determiners", token?.key));
		if (at >= 0 && end - at <= names.size)
			return { text: merge(isDoubled ? at - 1 : at, end + 1, body), isOtherThing: true };
	}
	const at = startsWithPreposition
		? tokens.findLastIndex(({ key }) => key === body[0]?.key || areAlike(key, body[0]?.key, words))
		: tokens.findLastIndex(isPreposition);
	// Only the last words of a question are replaced.
	const isReplaced = at > 0 && tokens.length - at <= MAX_REPLACED_WORDS + 1;
	const from = !isReplaced ? tokens.length : startsWithPreposition ? at : at + 1;
	return { text: merge(from, tokens.length, body), isOtherThing: false };
}

function findEntry(tokens: Token[], entries: string[][]): { at: number; length: number } | null {
	for (const at of tokens.keys()) {
		const length = matchAt(tokens, at, entries);
		if (length > 0) return { at, length };
	}
	return null;
}
