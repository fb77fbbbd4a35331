import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod/v4";
import { answerOutsideSession } from "#app/ai/api-answer.server.ts";
import { embedMissingPassages } from "#app/ai/embeddings.server.ts";
import { searchByKeywords } from "#app/ai/offline/keywords/search.server.ts";
import { retrievePassages } from "#app/ai/retrieve.server.ts";
import { saveArticle } from "#app/models/article/article.server.ts";
import { readQuestions } from "#commands/eval/questions.ts";
import { sql } from "#db/client.server.ts";

const ANSWER_TIMEOUT_MS = 15_000;
const AT_ONCE = 8;

const questionWithArticles = z
	.tuple([z.string(), z.string()])
	.transform(([question, articles]) => ({ question, articles: articles.split(", ") }));
const questionsByLanguage = z.record(
	z.string(),
	z.strictObject({
		asked: z.array(questionWithArticles),
		unseen: z.array(questionWithArticles),
		off: z.array(z.string()),
		near: z.array(z.string()),
	}),
);
const languages = questionsByLanguage.parse(parse(readFileSync("tests/judging/languages.yaml", "utf8")));

async function loadArticles(folder: string, locale: string): Promise<void> {
	await sql`delete from articles`;
	for (const file of readdirSync(folder)) {
		const text = readFileSync(`${folder}/${file}`, "utf8");
		const [, title = "", body = ""] = /^# (.+)\n([\s\S]*)$/.exec(text) ?? [];
		await saveArticle({ slug: basename(file, ".md"), title, body, locale });
	}
	await embedMissingPassages();
}

const ask = (question: string, locale: string) =>
	answerOutsideSession(
		{
			question,
			history: [],
			customerId: null,
			customerName: null,
			locale,
			signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
		},
		() => {},
		{ skipCache: true },
	);

/** Calls a function for each item, for some items at once. */
async function mapSome<T, R>(items: T[], judge: (item: T) => Promise<R>): Promise<R[]> {
	const results: R[] = [];
	for (let at = 0; at < items.length; at += AT_ONCE)
		results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(judge))));
	return results;
}

/** The slug of the article that an answer quotes. */
const quotedArticle = ({ sources }: { sources: { url: string }[] }) =>
	sources[0]?.url.split(/[/#]/)[2] ?? null;

const shareOf = <T>(all: T[], isCounted: (one: T) => boolean): number =>
	all.filter(isCounted).length / all.length;

type Judged = { rank: number; isRight: boolean; isWrong: boolean };

const isAmongThree = ({ rank }: { rank: number }): boolean => rank >= 1 && rank <= 3;

/** Searches the English articles for a question, and answers it. */
async function judgeQuestion(
	{ question, articles }: { question: string; articles: string[] },
	language: string,
): Promise<Judged> {
	const search = await searchByKeywords(question, language);
	const slugs = [...new Set(search?.found.map(({ slug }) => slug))];
	const answer = await ask(question, language);
	const quoted = quotedArticle(answer);
	const isRight = quoted !== null && articles.includes(quoted);
	return {
		rank: slugs.findIndex((slug) => articles.includes(slug)) + 1,
		isRight,
		isWrong: answer.answered && !isRight,
	};
}

/** Summarises what was found, for the test's output. */
function summarise(judged: Judged[]): string {
	const counts = [
		judged.filter(({ rank }) => rank === 1).length,
		judged.filter(isAmongThree).length,
		judged.filter(({ isRight }) => isRight).length,
		judged.filter(({ isWrong }) => isWrong).length,
	];
	return `first ${counts[0]}, among three ${counts[1]}, answered right ${counts[2]}, wrong ${counts[3]} of ${judged.length}`;
}

describe("a store whose articles are English, without a model", () => {
	beforeAll(() => loadArticles("demo/seed/articles", "en"), 180_000);

	it.each(Object.entries(languages))(
		"is found and answered in %s",
		async (language, { asked, unseen, off, near }) => {
			const judge = (question: (typeof asked)[number]) => judgeQuestion(question, language);
			const judged = await mapSome(asked, judge);
			const later = await mapSome(unseen, judge);
			const others = await mapSome([...off, ...near], async (question) => ({
				question,
				answer: await ask(question, language),
			}));
			const falselyAnswered = others.filter(({ answer }) => answer.answered).map(({ question }) => question);
			console.info(`${language}: ${summarise(judged)}; unseen: ${summarise(later)}; off: ${falselyAnswered}`);
			expect(shareOf([...judged, ...later], isAmongThree)).toBeGreaterThanOrEqual(0.85);
			expect(shareOf([...judged, ...later], ({ isRight }) => isRight)).toBeGreaterThanOrEqual(0.7);
			expect(shareOf([...judged, ...later], ({ isWrong }) => isWrong)).toBeLessThanOrEqual(0.15);
			expect(falselyAnswered.length, falselyAnswered.join(" | ")).toBeLessThanOrEqual(2);
		},
		60_000,
	);

	it.each([
		[
			"de",
			"Wie kann ich meine Rechnung ändern?",
			/^Dazu passt unser Artikel \[[^\]]+\]\(\/help\/[^)]+\) \(auf Englisch\):\n\n/,
		],
		[
			"fr-CA",
			"Où est la facture de ma commande ?",
			/^Notre article \[[^\]]+\]\(\/help\/[^)]+\) \(en anglais\) en parle :\n\n/,
		],
		["ja", "領収書はどこですか?", /^こちらの記事をご覧ください：\[[^\]]+\]\(\/help\/[^)]+\)（英語）\n\n/],
		["zh-TW", "發票在哪裡?", /^請參閱我們的文章 \[[^\]]+\]\(\/help\/[^)]+\)（英文）：\n\n/],
	])("links the English article in the customer's language: %s", async (locale, question, opening) => {
		const answer = await ask(question, locale);
		expect(answer.text).toMatch(opening);
		expect(answer.foreignPart).toEqual({ at: opening.exec(answer.text)?.[0].length, language: "en" });
		expect(quotedArticle(answer)).toBe("invoices");
	});

	it.each([
		["de", "Wie kocht man Risotto mit Pilzen?", "Dazu finde ich keine Antwort."],
		["ja", "明日の天気を教えてください", "お答えが見つかりませんでした。"],
		["zh", "明天会下雨吗?", "我没有找到这个问题的答案。"],
	])("declines in the customer's language: %s", async (locale, question, words) => {
		const answer = await ask(question, locale);
		expect(answer.answered).toBe(false);
		expect(answer.text).toContain(words);
	});
});

describe("a store that the word lists were not made for, without a model", () => {
	beforeAll(() => loadArticles("tests/judging/tea/articles", "en"), 120_000);

	it("is found and answered in other languages", async () => {
		const questions = readQuestions("tests/judging/tea/other-languages.yaml");
		const judged = await mapSome(questions, async ({ question, article = [], locale }) => ({
			locale,
			question,
			...(await judgeQuestion({ question, articles: article }, locale)),
		}));
		for (const locale of new Set(questions.map((question) => question.locale)))
			console.info(`tea, ${locale}: ${summarise(judged.filter((one) => one.locale === locale))}`);
		expect(shareOf(judged, isAmongThree)).toBeGreaterThanOrEqual(0.7);
		expect(shareOf(judged, ({ isRight }) => isRight)).toBeGreaterThanOrEqual(0.45);
		expect(shareOf(judged, ({ isWrong }) => isWrong)).toBeLessThanOrEqual(0.25);
	}, 60_000);
});

/** Minimum shares for stores whose articles are in the customers' language, a little below the measured ones. */
const STORES = { kaffee: { locale: "de" }, ceramica: { locale: "es" } };

describe.each(Object.entries(STORES))(
	"the store %s, whose articles are in its own language,",
	(store, { locale }) => {
		beforeAll(() => loadArticles(`tests/judging/${store}/articles`, locale), 60_000);

		it("is found and answered by words", async () => {
			const questions = readQuestions(`tests/judging/${store}/questions.yaml`);
			const judged = await mapSome(questions, async ({ question, article = [] }) => {
				const found = await retrievePassages({ query: question, limit: 40, locale });
				const answer = await ask(question, locale);
				const quoted = quotedArticle(answer);
				return {
					question,
					isAnswerable: article.length > 0,
					rank: [...new Set(found.map(({ slug }) => slug))].findIndex((slug) => article.includes(slug)) + 1,
					isAnswered: answer.answered,
					isRight: quoted !== null && article.includes(quoted),
					isWrong: answer.answered && !(quoted !== null && article.includes(quoted)),
				};
			});
			const answerable = judged.filter(({ isAnswerable }) => isAnswerable);
			const others = judged.filter(({ isAnswerable }) => !isAnswerable);
			const isDeclined = ({ isAnswered }: { isAnswered: boolean }) => !isAnswered;
			console.info(
				`${store}: ${summarise(answerable)}; others declined: ${others.filter(isDeclined).length} of ${others.length}`,
				answerable.filter(({ isRight }) => !isRight).map(({ question, rank }) => `${rank} ${question}`),
				others.filter(({ isAnswered }) => isAnswered).map(({ question }) => question),
			);
			expect(shareOf(answerable, ({ rank }) => rank === 1)).toBeGreaterThanOrEqual(0.7);
			expect(shareOf(answerable, isAmongThree)).toBeGreaterThanOrEqual(0.85);
			expect(shareOf(answerable, ({ isRight }) => isRight)).toBeGreaterThanOrEqual(0.4);
			expect(shareOf(others, isDeclined)).toBeGreaterThanOrEqual(0.85);
		}, 60_000);
	},
);
