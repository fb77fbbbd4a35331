import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { answerOutsideSession } from "#app/ai/api-answer.server.ts";
import { embedMissingPassages } from "#app/ai/embeddings.server.ts";
import { retrievePassages } from "#app/ai/retrieve.server.ts";
import { saveArticle } from "#app/models/article/article.server.ts";
import { type EvaluationQuestion, readQuestions } from "#commands/eval/questions.ts";
import { containsKeyword, statesForbidden } from "#commands/eval/statements.ts";
import { sql } from "#db/client.server.ts";

/**
 * Minimum shares of right judgements about answers, a little below the measured shares (docs/decisions/008). A lower
 * result is a regression.
 */
const MIN_RESULTS = {
	tea: { first: 0.65, amongThree: 0.9, answered: 0.5, declined: 0.8 },
	toys: { first: 0.75, amongThree: 0.92, answered: 0.6, declined: 0.8 },
	bikes: { first: 0.6, amongThree: 0.85, answered: 0.5, declined: 0.8 },
	pharmacy: { first: 0.6, amongThree: 0.78, answered: 0.45, declined: 0.8 },
	phones: { first: 0.66, amongThree: 0.84, answered: 0.5, declined: 0.8 },
};
/**
 * Minimum shares of the required keywords in answers from the right article, for the stores whose questions have keywords.
 * All of them were present when this was written.
 */
const MIN_KEYWORDS: Record<string, number> = { tea: 0.9, phones: 0.9 };
const ANSWER_TIMEOUT_MS = 15_000;
const AT_ONCE = 8;

type JudgedAnswer = {
	question: EvaluationQuestion;
	rank: number;
	source: string | null;
	isAnswered: boolean;
	text: string;
};

const share = (all: JudgedAnswer[], isRight: (one: JudgedAnswer) => boolean): number =>
	all.filter(isRight).length / all.length;

async function judge(question: EvaluationQuestion): Promise<JudgedAnswer> {
	const { question: query, locale, article = [] } = question;
	const found = await retrievePassages({ query, limit: 40, locale });
	const rank = [...new Set(found.map(({ slug }) => slug))].findIndex((slug) => article.includes(slug)) + 1;
	const asked = { question: query, history: [], customerId: null, customerName: null, locale };
	const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
	const { answered, sources, text } = await answerOutsideSession({ ...asked, signal }, () => {}, {
		skipCache: true,
	});
	// An article that is only offered as a guess is not an answer.
	const source = (answered && sources[0]?.url.split(/[/#]/)[2]) || null;
	return { question, rank, isAnswered: answered, source, text };
}

describe.each(Object.entries(MIN_RESULTS))("a store that nothing was tuned on, %s,", (shop, least) => {
	const judged: JudgedAnswer[] = [];

	beforeAll(async () => {
		await sql`delete from articles`;
		const folder = `tests/judging/${shop}`;
		for (const file of readdirSync(`${folder}/articles`)) {
			const text = readFileSync(`${folder}/articles/${file}`, "utf8");
			const [, title = "", body = ""] = /^# (.+)\n([\s\S]*)$/.exec(text) ?? [];
			await saveArticle({ slug: basename(file, ".md"), title, body });
		}
		await embedMissingPassages();
		const questions = readQuestions(`${folder}/questions.yaml`);
		for (let at = 0; at < questions.length; at += AT_ONCE)
			judged.push(...(await Promise.all(questions.slice(at, at + AT_ONCE).map(judge))));
	}, 120_000);

	it("finds the right article first, or among the first three", () => {
		const answerable = judged.filter(({ question }) => question.article);
		expect(answerable.length).toBeGreaterThan(30);
		expect(share(answerable, ({ rank }) => rank === 1)).toBeGreaterThanOrEqual(least.first);
		expect(share(answerable, ({ rank }) => rank >= 1 && rank <= 3)).toBeGreaterThanOrEqual(least.amongThree);
	});

	const minKeywords = MIN_KEYWORDS[shop];
	if (minKeywords !== undefined) {
		it("has the words that a complete answer needs, where it quotes the right article", () => {
			const isRight = ({ question, source }: JudgedAnswer) =>
				question.article?.includes(source ?? "") ?? false;
			const required = judged
				.filter(isRight)
				.flatMap(({ question: { keywords = [] }, text }) =>
					keywords.map((keyword) => containsKeyword(text, keyword)),
				);
			expect(required.length).toBeGreaterThan(20);
			expect(required.filter(Boolean).length / required.length).toBeGreaterThanOrEqual(minKeywords);
		});
	}

	it("states nothing that is false", () => {
		for (const { question, text } of judged) {
			for (const statement of question.forbidden ?? []) {
				expect(statesForbidden(text, statement), `${question.question}: ${text}`).toBe(false);
			}
		}
	});

	it("is answered from the right article, and unknown questions are declined", () => {
		const answerable = judged.filter(({ question }) => question.article);
		const others = judged.filter(({ question }) => question.answered === false);
		const isRight = ({ question, source }: JudgedAnswer) =>
			source !== null && (question.article?.includes(source) ?? false);
		expect(share(answerable, isRight)).toBeGreaterThanOrEqual(least.answered);
		expect(others.length).toBeGreaterThanOrEqual(20);
		expect(share(others, ({ isAnswered }) => !isAnswered)).toBeGreaterThanOrEqual(least.declined);
	});
});
