import { once } from "node:events";
import { createInterface } from "node:readline";
import { answerOutsideSession } from "#app/ai/api-answer.server.ts";
import { embedMissingPassages } from "#app/ai/embeddings.server.ts";
import { retrievePassages } from "#app/ai/retrieve.server.ts";
import { env } from "#app/env.server.ts";
import { readCostMicros } from "#app/models/ai-turn/usage.server.ts";
import { getCustomer } from "#app/models/customer/customer.server.ts";
import { closeDatabase } from "#db/client.server.ts";
import type { EvaluationQuestion } from "./questions.ts";
import type { Outcome, VariantInput, VariantLine } from "./variant.ts";

/**
 * Answers test questions with the store of DATABASE_URL. The script runs as a separate process, because a process
 * caches the articles and settings of one store. The questions are one line on stdin; each answer is a line on stdout.
 * Nothing is stored except missing embeddings of passages.
 */

const TIMEOUT_MS = 90_000;

/**
 * Number of passages that are searched to find the first articles, because several passages of one article may match.
 */
const MAX_SEARCHED_PASSAGES = 40;
const MAX_REPORTED_ARTICLES = 3;

async function retrieve({ question, locale }: EvaluationQuestion): Promise<string[]> {
	const passages = await retrievePassages({ query: question, limit: MAX_SEARCHED_PASSAGES, locale });
	return [...new Set(passages.map(({ slug }) => slug))].slice(0, MAX_REPORTED_ARTICLES);
}

async function askOne(asked: EvaluationQuestion): Promise<Omit<Outcome, "retrieved">> {
	const startedAt = performance.now();
	let firstWordMs: number | null = null;
	const customer = asked.customer ? await getCustomer(asked.customer) : null;
	try {
		const reply = await answerOutsideSession(
			{
				question: asked.question,
				history: [],
				customerId: customer?.id ?? null,
				customerName: customer?.name ?? null,
				locale: asked.locale,
				signal: AbortSignal.timeout(TIMEOUT_MS),
			},
			() => {
				firstWordMs ??= performance.now() - startedAt;
			},
			{ skipCache: true },
		);
		const { text, answered, intent, language, sources, escalate, model } = reply;
		const { promptTokens = 0, completionTokens = 0 } = reply;
		const totalMs = performance.now() - startedAt;
		return {
			answer: { text, answered, intent, language, sources, escalate, model },
			failure: null,
			firstWordMs,
			totalMs,
			promptTokens,
			completionTokens,
			costMicros: model ? await readCostMicros({ model, promptTokens, completionTokens }) : 0,
		};
	} catch (error) {
		return {
			answer: null,
			failure: error instanceof Error ? error.message : String(error),
			firstWordMs,
			totalMs: performance.now() - startedAt,
			promptTokens: 0,
			completionTokens: 0,
			costMicros: 0,
		};
	}
}

const lines = createInterface({ input: process.stdin });
const [line] = (await once(lines, "line")) as [string];
lines.close();
const { questions } = JSON.parse(line) as VariantInput;
// Computes missing embeddings. A server does that in the background, but no server has read the changed articles.
if (!env().OPENAI_EMBEDDING_MODEL) await embedMissingPassages();
for (const [index, asked] of questions.entries()) {
	const output: VariantLine = {
		index,
		outcome: { ...(await askOne(asked)), retrieved: await retrieve(asked) },
	};
	process.stdout.write(`${JSON.stringify(output)}\n`);
}
await closeDatabase();
