import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod/v4";
import { splitWords } from "#app/models/product/search.server.ts";

/**
 * What customers say about products, from `words.en.yaml`. In a build the module is in another folder, so the file is
 * then read from the project's folder, in which the server runs.
 */
const FILE_NAME = "words.en.yaml";
const FILE = [
	new URL(FILE_NAME, import.meta.url),
	`${process.cwd()}/app/ai/offline/catalogue/${FILE_NAME}`,
].find((file) => existsSync(file));
if (!FILE) throw new Error(`${FILE_NAME} is missing; start the server in the project's folder.`);

const phrases = z.array(z.coerce.string());
const file = z
	.strictObject({
		facts: z.record(
			z.string(),
			z.strictObject({
				ask: phrases.default([]),
				weak: phrases.default([]),
				labels: phrases.default([]),
				values: phrases.default([]),
				measure: z.string().optional(),
				limit: z.literal("least").optional(),
			}),
		),
		label_fillers: phrases,
		sorts: z.array(z.strictObject({ by: z.string(), ascending: z.boolean(), words: phrases })),
		limits: z.record(z.enum(["most", "least", "fits", "between", "price"]), phrases),
		questions: phrases,
		lists: phrases,
		everything: phrases,
		own: phrases,
		in_stock: phrases,
		service: phrases,
		plain: phrases,
		kinds: z.array(phrases),
		colours: z.record(z.string(), phrases),
		units: z.record(z.string(), z.record(z.string(), z.number())),
	})
	.parse(parse(readFileSync(FILE, "utf8")));

/** A text as its words in lower case with one space between them, in which phrases are found. */
export const plainText = (text: string): string => splitWords(text).join(" ");

/** A regular expression that finds any of the phrases in a `plainText`, the longest first. */
function matchAny(list: string[]): RegExp {
	const sources = list
		.map((phrase) => phrase.split("*").map(plainText).join("\\p{L}*").trim())
		.sort((a, b) => b.length - a.length);
	return new RegExp(`(?<![\\p{L}\\p{N}])(?:${sources.join("|") || "(?!)"})(?![\\p{L}\\p{N}])`, "gu");
}

/** Whether a `plainText` contains one of the phrases. */
export const has = (phrases: RegExp, text: string): boolean => text.search(phrases) >= 0;

/** A fact that customers ask for. `labels` are in order of preference. */
export type Fact = {
	name: string;
	ask: RegExp;
	weak: RegExp;
	labels: RegExp[];
	values: RegExp;
	/** The kind of unit in which the fact is compared, such as length; undefined for facts without numbers. */
	measure?: string;
	/** "least" where the fact is a maximum, such as a load: what is asked for must be at most that. */
	limit?: "least";
};

export const FACTS: Fact[] = Object.entries(file.facts).map(([name, fact]) => ({
	name,
	ask: matchAny(fact.ask),
	weak: matchAny(fact.weak),
	labels: fact.labels.map((label) => matchAny([label])),
	values: matchAny(fact.values),
	measure: fact.measure,
	limit: fact.limit,
}));
/** Single words that ask for a fact, of which misspellings are recognised. */
export const ASKING_WORDS = [
	...new Set(
		Object.values(file.facts).flatMap(({ ask }) => ask.filter((phrase) => /^\p{L}+$/u.test(phrase))),
	),
];
export const SORTS = file.sorts.map((sort) => ({ ...sort, words: matchAny(sort.words) }));
export const LIMITS = Object.fromEntries(
	Object.entries(file.limits).map(([name, list]) => [name, matchAny(list)]),
) as Record<keyof typeof file.limits, RegExp>;
export const LABEL_FILLERS = matchAny([
	...file.label_fillers,
	...Object.values(file.units).flatMap(Object.keys),
]);
export const QUESTIONS = matchAny(file.questions);
export const LISTS = matchAny(file.lists);
export const EVERYTHING = matchAny(file.everything);
export const OWN = matchAny(file.own);
export const IN_STOCK = matchAny(file.in_stock);
export const SERVICE = matchAny(file.service);
export const PLAIN = matchAny(file.plain);
export const KINDS = file.kinds;
export const COLOURS = file.colours;
export const UNITS = file.units;
