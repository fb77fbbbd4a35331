import { foldLetters } from "#app/text/fold-letters.ts";
import type { ListName, Words } from "./words.ts";

/** A word as it was written, and as the word lists have it; punctuation has the key "". */
export type Token = { raw: string; key: string };

const TOKEN = /\d+(?:[.,]\d+)+|[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*|[.,;:?!\n]/gu;

/**
 * Splits a text into words and punctuation.
 * @param splitsApostrophes true for languages whose apostrophe joins two words (French "l'étranger").
 */
export const tokenize = (text: string, splitsApostrophes: boolean): Token[] =>
	(splitsApostrophes ? text.replace(/['’]/g, " ") : text)
		.match(TOKEN)
		?.map((raw) => ({ raw, key: foldLetters(raw) })) ?? [];

export const textOf = (tokens: Token[]): string =>
	tokens.flatMap(({ raw, key }) => (key === "" ? [] : [raw])).join(" ");

/** The number of words of the longest entry of a list that the tokens have at a position; 0 without one. */
export function matchAt(tokens: Token[], at: number, entries: string[][]): number {
	const isAt = (entry: string[]) => entry.every((word, i) => tokens[at + i]?.key === word);
	return entries.find(isAt)?.length ?? 0;
}

/** Removes every occurrence of the entries of some lists. */
export function without(tokens: Token[], { lists }: Words, ...names: ListName[]): Token[] {
	const kept: Token[] = [];
	for (let at = 0; at < tokens.length; ) {
		const length = Math.max(...names.map((name) => matchAt(tokens, at, lists[name])));
		if (length === 0) kept.push(tokens[at]!);
		at += Math.max(length, 1);
	}
	return kept;
}
