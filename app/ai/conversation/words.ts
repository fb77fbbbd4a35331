import { foldLetters } from "#app/text/fold-letters.ts";
import { primaryLanguage } from "#app/text/language-tag.ts";
import lists from "./words.json" with { type: "json" };

/**
 * The word lists of a language, from `words.json`. A list there is one string whose entries are separated by commas; an
 * entry has one word or several. The lists are:
 *
 * - `fillers`: said before or after a question without meaning for it ("ok thanks"); alone they are no question.
 * - `openers`: first words of a question that continues another ("what about").
 * - `pronouns`, `demonstratives`: words for something that was mentioned before. `articlesOrPronouns` are pronouns only
 *   when no noun follows them (German "das").
 * - `connectors`: words after which a pronoun means something outside its own sentence ("for that", "is that").
 * - `impersonal`: verbs after which a pronoun stands for nothing (German "gibt es").
 * - `expletives`, `infinitives`: "it" before these words is no pronoun ("is it possible to").
 * - `boundaries`: words between two clauses.
 * - `determiners`, `prepositions`, `questionWords`: as in grammar; `questionWords` has the auxiliary verbs too.
 * - `generic`: words that name no subject, so that a question of these words alone continues another ("how much extra").
 * - `attributes`: words for properties of a product; `orderWords`: words for what happens to an order.
 * - `subjects`: beginnings of words that name a subject of a store. A new one changes the subject.
 * - `unrelatedNouns`: "this" before these words refers to nothing that was said ("this week").
 * - `idioms`: sentences that look like a continuation and are none.
 * - `ordinals`, `last`: words that choose from a list.
 * - `others`: words for something else than what was talked about.
 * - `places`: names of places besides the names of countries.
 * - `myOrder`: the words that replace a pronoun for the customer's order.
 */
export type ListName = Exclude<keyof (typeof lists)["en"], "myOrder">;
export type Words = {
	/** Each list's entries as folded words, entries with many words first. */
	lists: Record<ListName, string[][]>;
	/** The entries of each list that have one word. */
	has: (name: ListName, word: string | undefined) => boolean;
	myOrder: string;
};

const wordsByLanguage = new Map<string, Words>();

/** The word lists of a language; those of English when there are none. */
export function wordsOf(language: string): Words {
	const primary = primaryLanguage(language);
	const key = primary in lists ? (primary as keyof typeof lists) : "en";
	const known = wordsByLanguage.get(key);
	if (known) return known;
	const { myOrder, ...texts } = lists[key];
	const entries = {} as Record<ListName, string[][]>;
	const single = {} as Record<ListName, Set<string>>;
	for (const [name, text] of Object.entries(texts) as [ListName, string][]) {
		entries[name] = (text === "" ? [] : text.split(", "))
			.concat(name === "places" ? countryNames(key) : [])
			.map((entry) => foldLetters(entry).split(" "))
			.sort((a, b) => b.length - a.length);
		single[name] = new Set(entries[name].flatMap((entry) => (entry.length === 1 ? entry : [])));
	}
	const words: Words = {
		lists: entries,
		has: (name, word) => word !== undefined && single[name].has(word),
		myOrder,
	};
	wordsByLanguage.set(key, words);
	return words;
}

/** The names of all countries in a language: every pair of letters that the Unicode data (CLDR) has a name for. */
function countryNames(language: string): string[] {
	const names = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
	const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
	return letters.flatMap((first) =>
		letters.flatMap((second) => {
			const name = names.of(first + second);
			return name && name !== first + second ? [name] : [];
		}),
	);
}
