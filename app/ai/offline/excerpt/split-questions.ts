import {
	refersBack,
	spacesBeforeJoin,
	startsQuestion,
	startsStatement,
	startsWithJoin,
} from "./word-lists.ts";

/** Maximum number of questions in one message that are answered one by one. */
const MAX_QUESTIONS = 3;
/** Maximum number of words of a question without a verb, such as "postage to france". */
const MAX_TOPIC_WORDS = 6;

const SENTENCE_END = /(?<=[.!?؟…])\s+|(?<=[。！？])|\n+/u;
/** Where a sentence may contain a second question: after a comma or semicolon, and before "and", "&" or a dash. */
const CLAUSE_END = new RegExp(`(?<=[,;،；])\\s*|(?<!\\s)\\s+(?=[-–—&+]\\s)|${spacesBeforeJoin.source}`, "iu");
/** What counts the questions, as in "2 things: ". */
const COUNT = /^[^\n.?!:–-]{0,40}\b(?:questions?|things|fragen|sachen|preguntas|cosas)\s*(?::|[-–]\s)\s*/iu;

type Part = { text: string; isQuestion: boolean };

/**
 * Splits a message into its questions, so that each can be answered from an article of its own. A story with one
 * question stays one question: statements belong to the question after them (or before, at the end), and a question
 * that refers back ("how long does it take") belongs to the one before it.
 * @returns 1 to 3 texts, in order; the whole text when it contains fewer than two questions.
 */
export function splitQuestions(text: string): string[] {
	const parts = text.trim().replace(COUNT, "").split(SENTENCE_END).flatMap(toClauses);
	const questions: string[] = [];
	let statements = "";
	for (const { text: clause, isQuestion } of parts) {
		const last = questions.length - 1;
		const words = last >= 0 ? clause.replace(startsWithJoin, "") : clause;
		// "And the nibs?" is about the question before it.
		const isElliptical = words !== clause && !startsQuestion.test(words);
		const dependsOnLast =
			last >= 0 && (isElliptical || refersBack.test(words) || questions.length === MAX_QUESTIONS);
		if (isQuestion && !dependsOnLast) {
			questions.push(join(statements, words));
			statements = "";
		} else if (isQuestion) {
			questions[last] = join(join(questions[last] ?? "", statements), clause);
			statements = "";
		} else statements = join(statements, clause);
	}
	if (questions.length < 2) return [text];
	questions[questions.length - 1] = join(questions.at(-1) ?? "", statements);
	return questions;
}

const join = (one: string, other: string): string => [one, other].filter(Boolean).join(" ");

/** Splits a sentence before a clause that asks something of its own. */
function toClauses(sentence: string): Part[] {
	const clauses: Part[] = [];
	for (const piece of sentence.split(CLAUSE_END)) {
		const text = piece.replace(/^[\s&+–—-]+/u, "").trimEnd();
		if (text === "") continue;
		const words = text.replace(startsWithJoin, "");
		const asks = startsQuestion.test(words);
		const last = clauses.at(-1);
		// The clause before "and" may be a topic without a verb: "postage to france, and can i ...".
		const followsQuestion = last?.isQuestion || (last && words !== text && isTopic(last.text));
		if (last && !(asks && followsQuestion)) last.text = `${last.text} ${text}`;
		else {
			if (last) last.isQuestion = true;
			clauses.push({ text: clauses.length > 0 ? words : text, isQuestion: asks });
		}
	}
	const last = clauses.at(-1);
	if (last && /[?？؟]$/u.test(last.text)) last.isQuestion = true;
	return clauses.map(({ text, isQuestion }) => ({ text: text.replace(/[,;،；]$/u, ""), isQuestion }));
}

function isTopic(text: string): boolean {
	const words = text.split(/\s+/).length;
	return words >= 2 && words <= MAX_TOPIC_WORDS && !startsStatement.test(text);
}
