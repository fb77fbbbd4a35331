import lists from "./words.json" with { type: "json" };

/**
 * Words of customers' questions and of articles, from words.json; a word that ends in * also stands for the words that
 * begin with it. The lists of all languages are used together, because a question's language is often unclear.
 * - questionStarts: a clause that begins with one of these asks something.
 * - joins: may stand between two questions.
 * - statements: a clause that begins with one of these tells something.
 * - references: a question with one of these depends on the words before it.
 * - continuations: a sentence that begins with one of these is not understandable alone.
 * - money, time: `asked` stands in questions for an amount or a time, `said` in sentences that name one.
 */
type Lists = (typeof lists)["en"];

const perLanguage: Lists[] = Object.values(lists);

/** A pattern that matches any of some words and phrases, as whole words, ignoring case. */
function anyOf(
	choose: (words: Lists) => string[],
	{ before = "(?<![\\p{L}\\p{N}'’])", after = "" } = {},
): RegExp {
	const words = [...new Set(perLanguage.flatMap(choose))].sort((a, b) => b.length - a.length);
	const alternatives = words.map((word) =>
		word
			.replace(/[.+?^${}()|[\]\\]/g, "\\$&")
			.replace("*", "\\p{L}*")
			.replaceAll("'", "['’]"),
	);
	return new RegExp(`${before}(?:${alternatives.join("|")})(?![\\p{L}\\p{N}])${after}`, "iu");
}

const atStart = { before: "^[^\\p{L}\\p{N}]*" };

export const startsQuestion = anyOf((words) => words.questionStarts, atStart);
export const startsStatement = anyOf((words) => words.statements, atStart);
export const startsContinuation = anyOf((words) => words.continuations, atStart);
export const refersBack = anyOf((words) => words.references);
/** The spaces before a join. */
export const spacesBeforeJoin = anyOf((words) => words.joins, { before: "(?<!\\s)\\s+(?=", after: ")" });
/** A join at the beginning of a clause, with the spaces after it. */
export const startsWithJoin = anyOf((words) => words.joins, { ...atStart, after: "[\\s,:]*" });

const NUMBER = /\p{N}/u;
const AMOUNT = /\p{Sc}\s?\p{N}|\p{N}\s?(?:\p{Sc}|%)/u;
const moneySaid = anyOf((words) => words.money.said);
const timeSaid = anyOf((words) => words.time.said);

/** The forms of an answer that a question may ask for: `asks` tests the question, `says` a sentence of an article. */
export const ANSWER_FORMS = [
	{
		asks: anyOf((words) => words.money.asked),
		says: (text: string) => AMOUNT.test(text) || moneySaid.test(text),
	},
	{
		asks: anyOf((words) => words.time.asked),
		says: (text: string) => NUMBER.test(text) && timeSaid.test(text),
	},
];

/** Whether a text has a number, as most specific statements do. */
export const hasNumber = (text: string): boolean => NUMBER.test(text);
