import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import type { EvidenceModelFile, WeighedSignal } from "#app/ai/offline/evidence.ts";
import { CommandError, runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";
import { ROOT } from "./steps/root.ts";

/**
 * Fits the model that decides whether a passage answers a question: `npm run evidence:train`. It asks the questions of
 * the test stores in tests/judging, which articles answer or do not, and the messages that `scope:train` left out. The
 * command needs an empty database, and writes app/ai/offline/evidence.model.json, which is in the repository.
 */

const STORES = join(ROOT, "tests/judging");
/** Stores whose articles are in other languages, which are answered by coverage alone. */
const FOREIGN_STORES = new Set(["ceramica", "kaffee"]);
const MODEL = join(ROOT, "app/ai/offline/evidence.model.json");
const OTHER_MESSAGES = join(ROOT, "app/ai/scope/other-messages.txt");
/** Share of the questions with an answer that the threshold lets pass. */
const ANSWERED_SHARE = 0.93;
const ITERATIONS = 1_500;
const LEARNING_RATE = 0.3;
const L2_FACTOR = 1e-4;
/** Weight of a question with an answer in the fit, because there are fewer of them. */
const ANSWERED_WEIGHT = 2;

const SIGNALS: WeighedSignal[] = ["coverage", "words", "similarity", "agreement", "unknown", "scope"];

type Example = { store: string; values: number[]; isAnswered: boolean };

const logOdds = (weights: number[], values: number[]): number =>
	[...values, 1].reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0);

await runCommand(() =>
	withDatabase(async () => {
		const { sql } = await import("#db/client.server.ts");
		const [row] = await sql<{ count: number }[]>`select count(*)::int as count from articles`;
		if (row && row.count > 0) throw new CommandError("The database has articles. Use an empty one.");
		const examples = await readExamples();
		const stores = [...new Set(examples.map(({ store }) => store))];
		const scored = stores.flatMap((store) => {
			const weights = fitWeights(examples.filter((example) => example.store !== store));
			return examples
				.filter((example) => example.store === store)
				.map((example) => ({ ...example, score: logOdds(weights, example.values) }));
		});
		const threshold = percentile(
			scored.filter(({ isAnswered }) => isAnswered).map(({ score }) => score),
			1 - ANSWERED_SHARE,
		);
		const declined = scored.filter(({ isAnswered }) => !isAnswered);
		const declinedShare = declined.filter(({ score }) => score < threshold).length / declined.length;
		const weights = fitWeights(examples);
		const round = (value: number) => Math.round(value * 1_000) / 1_000;
		const file: EvidenceModelFile = {
			weights: Object.fromEntries(
				SIGNALS.map((signal, i) => [signal, round(weights[i] ?? 0)]),
			) as EvidenceModelFile["weights"],
			bias: round(weights[SIGNALS.length] ?? 0),
			threshold: round(threshold),
			measured: { answered: ANSWERED_SHARE, declined: round(declinedShare) },
		};
		writeFileSync(MODEL, `${JSON.stringify(file, null, "\t")}\n`);
		console.log(`${examples.length} questions to ${stores.length} stores: ${JSON.stringify(file)}`);
	}),
);

/** Asks every store its questions, and a part of the other messages. */
async function readExamples(): Promise<Example[]> {
	const { saveArticle } = await import("#app/models/article/article.server.ts");
	const { findPassages } = await import("#app/models/article/search.server.ts");
	const { embedMissingPassages, embedQuestionWithBuiltInModel } = await import(
		"#app/ai/embeddings.server.ts"
	);
	const { findSearchIntents } = await import("#app/ai/intent/search-intents.ts");
	const { readSignals } = await import("#app/ai/offline/evidence.ts");
	const { scoreScope } = await import("#app/ai/scope/classify-scope.ts");
	const { isLeftOut } = await import("#app/ai/scope/train.ts");
	const { sql } = await import("#db/client.server.ts");
	const others = readFileSync(OTHER_MESSAGES, "utf8")
		.split("\n")
		.filter((line, i) => line !== "" && isLeftOut(i));
	const stores = readdirSync(STORES, { withFileTypes: true }).filter(
		(entry) => entry.isDirectory() && !FOREIGN_STORES.has(entry.name),
	);
	const examples: Example[] = [];
	for (const [at, { name }] of stores.entries()) {
		await sql`delete from articles`;
		for (const file of readdirSync(join(STORES, name, "articles"))) {
			const text = readFileSync(join(STORES, name, "articles", file), "utf8");
			const [, title = "", body = ""] = /^# (.+)\n([\s\S]*)$/.exec(text) ?? [];
			await saveArticle({ slug: basename(file, ".md"), title, body });
		}
		await embedMissingPassages();
		const questions: { question: string; answered?: boolean }[] = parse(
			readFileSync(join(STORES, name, "questions.yaml"), "utf8"),
		);
		const asked = [
			...questions.map(({ question, answered }) => ({ question, isAnswered: answered !== false })),
			...others
				.filter((_, i) => i % stores.length === at)
				.map((question) => ({ question, isAnswered: false })),
		];
		for (const { question, isAnswered } of asked) {
			const meaning = await embedQuestionWithBuiltInModel(question, "en");
			const search = await findPassages(question, {
				limit: 1,
				intents: findSearchIntents(question),
				meaning,
			});
			const signals = readSignals(search, meaning && scoreScope(question, meaning.vector));
			const values = SIGNALS.map((signal) => signals?.[signal] ?? 0);
			if (signals) examples.push({ store: name, values, isAnswered });
		}
		console.log(`${name}: ${asked.length} questions`);
	}
	await sql`delete from articles`;
	return examples;
}

/** Fits a logistic regression with Adagrad over all examples at once. @returns the weights, and the bias as the last. */
function fitWeights(examples: Example[]): number[] {
	const weights = Array.from({ length: SIGNALS.length + 1 }, () => 0);
	const squares = weights.map(() => 0);
	for (let iteration = 0; iteration < ITERATIONS; iteration++) {
		const gradient = weights.map(() => 0);
		for (const { values, isAnswered } of examples) {
			const probability = 1 / (1 + Math.exp(-logOdds(weights, values)));
			const error = (probability - Number(isAnswered)) * (isAnswered ? ANSWERED_WEIGHT : 1);
			for (const [i, value] of [...values, 1].entries()) gradient[i]! += (error * value) / examples.length;
		}
		for (const [i, slope] of gradient.entries()) {
			const whole = slope + (i < SIGNALS.length ? L2_FACTOR * weights[i]! : 0);
			squares[i]! += whole * whole;
			weights[i]! -= (LEARNING_RATE * whole) / (Math.sqrt(squares[i]!) + 1e-9);
		}
	}
	return weights;
}

function percentile(values: number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length * share)] ?? 0;
}
