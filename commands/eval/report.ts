import type { EvaluationQuestion } from "./questions.ts";
import { containsKeyword, statesForbidden } from "./statements.ts";
import type { Outcome } from "./variant.ts";

export type Variant = { name: string; outcomes: Outcome[] };

/** The comparison of an answer with the expected answer; a field is null where the question has no expectation. */
type AnswerComparison = {
	isFirst: boolean | null;
	isAmong: boolean | null;
	isFoundFirst: boolean | null;
	isFoundAmong: boolean | null;
	isAnsweredRightly: boolean | null;
	isEscalatedRightly: boolean | null;
	isInLanguage: boolean | null;
};

/**
 * The report of an evaluation in Markdown: a table with one column for each variant of the store, then every question
 * on which the variants differ, side by side, and the wrong answers of the last variant.
 */
export function formatReport(questions: EvaluationQuestion[], variants: Variant[]): string {
	const summaries = variants.map((variant) => summarise(questions, variant));
	const names = Object.keys(summaries[0] ?? {});
	const table = [
		row(["", ...variants.map(({ name }) => name)]),
		row(["---", ...variants.map(() => "---:")]),
		...names.map((name) => row([name, ...summaries.map((summary) => summary[name] ?? "")])),
	];
	const last = variants.at(-1);
	const wrong = last ? listWrong(questions, last) : [];
	return [
		`# Evaluation of ${questions.length} questions`,
		table.join("\n"),
		...(variants.length > 1 ? ["## Answers that differ", listDifferences(questions, variants)] : []),
		`## Not as the set says${variants.length > 1 ? `, ${last?.name}` : ""}`,
		wrong.length > 0 ? wrong.join("\n") : "None.",
	].join("\n\n");
}

/** The figures of one variant of the store, as texts by name. */
function summarise(questions: EvaluationQuestion[], { outcomes }: Variant): Record<string, string> {
	const verdicts = questions.map((question, index) => compareWithExpectation(question, outcomes[index]));
	const answers = outcomes.map((outcome) => outcome.answer);
	const rightlyOf = (answered: boolean) =>
		verdicts.map((verdict, index) =>
			questions[index]?.answered === answered ? verdict.isAnsweredRightly : null,
		);
	return {
		answered: formatShare(answers.map((answer) => answer?.answered ?? false)),
		"search: right article first": formatShare(verdicts.map((verdict) => verdict.isFoundFirst)),
		"search: right article among the first three": formatShare(
			verdicts.map((verdict) => verdict.isFoundAmong),
		),
		"answer: right article is the first source": formatShare(verdicts.map((verdict) => verdict.isFirst)),
		"answer: right article among the sources": formatShare(verdicts.map((verdict) => verdict.isAmong)),
		"answered, of what should be": formatShare(rightlyOf(true)),
		"declined, of what should be": formatShare(rightlyOf(false)),
		"required keywords present": formatShare(keywordsOf(questions, outcomes)),
		"required keywords present, given the right article first": formatShare(
			keywordsOf(
				questions.filter((_, index) => verdicts[index]?.isFirst),
				outcomes.filter((_, index) => verdicts[index]?.isFirst),
			),
		),
		"forbidden statements": formatShare(
			questions.flatMap(({ forbidden = [] }, index) =>
				forbidden.map((statement) => statesForbidden(answers[index]?.text ?? "", statement)),
			),
		),
		"words in an answer, mean": formatMean(
			answers.filter((answer) => answer?.answered).map((answer) => answer?.text.split(/\s+/).length ?? 0),
		),
		"called a person": formatShare(answers.map((answer) => answer?.escalate.needed ?? false)),
		"called a person rightly": formatShare(verdicts.map((verdict) => verdict.isEscalatedRightly)),
		"in the right language": formatShare(verdicts.map((verdict) => verdict.isInLanguage)),
		"first words, median": ms(
			percentile(
				outcomes.map((outcome) => outcome.firstWordMs ?? outcome.totalMs),
				0.5,
			),
		),
		"whole answer, median": ms(
			percentile(
				outcomes.map((outcome) => outcome.totalMs),
				0.5,
			),
		),
		"whole answer, p95": ms(
			percentile(
				outcomes.map((outcome) => outcome.totalMs),
				0.95,
			),
		),
		"tokens in / out": `${sum(outcomes.map((outcome) => outcome.promptTokens))} / ${sum(outcomes.map((outcome) => outcome.completionTokens))}`,
		cost: dollars(sum(outcomes.map((outcome) => outcome.costMicros))),
		failures: String(outcomes.filter((outcome) => outcome.failure !== null).length),
	};
}

/** For each required keyword of some questions, whether the answer contains it. */
function keywordsOf(questions: EvaluationQuestion[], outcomes: Outcome[]): boolean[] {
	return questions.flatMap(({ keywords = [] }, index) =>
		keywords.map((keyword) => containsKeyword(outcomes[index]?.answer?.text ?? "", keyword)),
	);
}

export function compareWithExpectation(
	question: EvaluationQuestion,
	outcome: Outcome | undefined,
): AnswerComparison {
	const answer = outcome?.answer ?? null;
	const articles = answer?.sources.map((source) => /\/help\/([^#?/]+)/.exec(source.url)?.[1] ?? "") ?? [];
	const { answered, escalates, language, articles: needed } = question;
	const article = question.article ?? needed;
	return {
		isFirst: article ? article.includes(articles[0] ?? "") : null,
		isAmong: needed
			? needed.every((slug) => articles.includes(slug))
			: article
				? articles.some((slug) => article.includes(slug))
				: null,
		isFoundFirst: article ? article.includes(outcome?.retrieved[0] ?? "") : null,
		isFoundAmong: article ? (outcome?.retrieved.some((slug) => article.includes(slug)) ?? false) : null,
		isAnsweredRightly: answered === undefined ? null : answer?.answered === answered,
		isEscalatedRightly: escalates === undefined ? null : answer?.escalate.needed === escalates,
		isInLanguage: language === undefined ? null : answer?.language.split("-")[0] === language,
	};
}

function listDifferences(questions: EvaluationQuestion[], variants: Variant[]): string {
	const blocks = questions.flatMap(({ question }, index) => {
		const outcomeTexts = variants.map(({ outcomes }) => describeOutcome(outcomes[index]));
		if (outcomeTexts.every((text) => text === outcomeTexts[0])) return [];
		return [
			[
				`### ${oneLine(question)}`,
				...outcomeTexts.map((text, at) => `**${variants[at]?.name}**: ${text}`),
			].join("\n\n"),
		];
	});
	return blocks.length > 0 ? blocks.join("\n\n") : "None.";
}

function listWrong(questions: EvaluationQuestion[], { outcomes }: Variant): string[] {
	return questions.flatMap((question, index) => {
		const verdict = compareWithExpectation(question, outcomes[index]);
		const faults = [
			verdict.isAmong === false ? `not from ${describeArticles(question)}` : null,
			verdict.isAmong && verdict.isFirst === false
				? `${describeArticles(question)} is not the first source`
				: null,
			verdict.isAnsweredRightly === false
				? question.answered
					? "not answered"
					: "should be declined"
				: null,
			verdict.isEscalatedRightly === false
				? question.escalates
					? "no person was called"
					: "a person was called without need"
				: null,
			verdict.isInLanguage === false ? `not in ${question.language}` : null,
			...(question.keywords ?? [])
				.filter((keyword) => !containsKeyword(outcomes[index]?.answer?.text ?? "", keyword))
				.map((keyword) => `without "${keyword}"`),
			...(question.forbidden ?? [])
				.filter((statement) => statesForbidden(outcomes[index]?.answer?.text ?? "", statement))
				.map((statement) => `says "${statement}"`),
			outcomes[index]?.failure ?? null,
		].filter((fault) => fault !== null);
		return faults.length > 0 ? [`- ${oneLine(question.question)}: ${faults.join("; ")}`] : [];
	});
}

const describeArticles = ({ article, articles }: EvaluationQuestion): string =>
	article?.join(" or ") ?? articles?.join(" and ") ?? "";

function describeOutcome(outcome: Outcome | undefined): string {
	if (!outcome?.answer) return `no answer (${outcome?.failure ?? "not asked"})`;
	const { text, sources, answered, escalate } = outcome.answer;
	const marks = [
		sources.map((source) => source.title).join(", ") || "no source",
		...(answered ? [] : ["does not know"]),
		...(escalate.needed ? [`calls a person: ${escalate.reason ?? ""}`] : []),
	];
	return `${oneLine(text)} _(${marks.join("; ")})_`;
}

/**
 * The share of the values that are true, such as "12 of 15, 80 %"; null values are not counted, and without others the
 * text is a dash.
 */
function formatShare(values: (boolean | null)[]): string {
	const judged = values.filter((value) => value !== null);
	if (judged.length === 0) return "–";
	const right = judged.filter(Boolean).length;
	return `${right} of ${judged.length}, ${Math.round((right / judged.length) * 100)} %`;
}

const formatMean = (values: number[]): string =>
	values.length === 0 ? "–" : String(Math.round(sum(values) / values.length));

/** The percentile of some numbers (nearest rank). @param at the rank from 0 to 1, such as 0.95. */
function percentile(values: number[], at: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(sorted.length * at) - 1)] ?? 0;
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const ms = (value: number): string => `${Math.round(value)} ms`;
/** A cost in dollars with four decimals, because one answer costs a fraction of a cent. */
const dollars = (micros: number): string => `$${(micros / 1e6).toFixed(4)}`;
const row = (cells: string[]): string => `| ${cells.join(" | ")} |`;
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
