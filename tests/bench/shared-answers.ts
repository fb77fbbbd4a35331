import { setTimeout as delay } from "node:timers/promises";
import { CommandError } from "#commands/steps/command.ts";
import {
	type Reply,
	sendsWhole,
	startOpenAiServer,
	writeChunk,
	writeData,
} from "#tests/setup/openai-server.ts";
import type { BenchDatabase } from "./database.ts";
import { type DemoCustomer, type DemoServer, startDemoServer } from "./demo-server.ts";
import { quantile } from "./statistics.ts";

/**
 * Number of questions from one IP address. It is the limit of messages in a minute (600, with 300,000 characters
 * together).
 */
const CROWD_QUESTION_COUNT = 600;
const CROWD_LENGTH = 500;
const CROWD_ADDRESS = "198.51.100.1";
const CUSTOMER_ADDRESS = "203.0.113.1";
const QUESTIONS = 10;
/** Milliseconds that the scripted model needs for an answer. */
const MODEL_MS = 2_000;
const ANSWER_LIMIT_MS = 120_000;
const TARGET_RATIO = 2;

type Figures = { p50: number; p90: number; max: number };

/** Measured waiting times of one customer, in milliseconds from the acknowledged question to its answer. */
export interface SharedAnswersReading {
	model: "articles" | "model";
	alone: Figures;
	/** Waiting times of the customer while another IP address has `crowd` questions in progress. */
	withCrowd: Figures;
	crowd: number;
	/** Number of the crowd's questions that were not answered yet when the customer got the last answer. */
	crowdAnswersLeft: number;
	targetRatio: number;
	isMet: boolean;
}

/**
 * Measures how much longer a customer waits for an answer while another IP address sends 600 messages of 500
 * characters in 600 sessions at once, which the limits allow. There are two runs: without a model, and with a model
 * that needs 2 s for an answer. The same questions are asked without the crowd first, each in its own session.
 */
export async function measureSharedAnswers(options: {
	database: BenchDatabase;
}): Promise<SharedAnswersReading[]> {
	const readings = [await measureWay("articles", options.database)];
	const model = await startOpenAiServer(slowReply);
	model.answerClassifications(slowReply);
	try {
		const env = { OPENAI_API_KEY: "scripted", OPENAI_BASE_URL: model.url };
		readings.push(await measureWay("model", options.database, env));
	} finally {
		await model.close();
	}
	return readings;
}

async function measureWay(
	model: SharedAnswersReading["model"],
	database: BenchDatabase,
	env: Record<string, string> = {},
): Promise<SharedAnswersReading> {
	const server = await startDemoServer(database, env);
	try {
		await server.untilIndexed();
		const customers = await server.customers(
			Array.from({ length: 2 * QUESTIONS + 3 }, () => CUSTOMER_ADDRESS),
		);
		const crowd = await server.customers(Array.from({ length: CROWD_QUESTION_COUNT }, () => CROWD_ADDRESS));
		const take = (count: number) => customers.splice(0, count);
		// The first questions are not measured, because they run code that the JavaScript engine has not optimised yet.
		await askAll(server, take(3));
		const alone = await askAll(server, take(QUESTIONS));
		// The crowd posts as fast as the rate limits of one IP address and the acknowledgements allow.
		const posting = Promise.all(crowd.map((one, index) => server.post(one, crowdText(index))));
		while ((await server.openTurns()) < CROWD_QUESTION_COUNT / 4) await delay(20);
		const withCrowd = await askAll(server, take(QUESTIONS));
		const crowdAnswersLeft = await server.openTurns();
		const refused = (await posting).filter((isAccepted) => !isAccepted).length;
		if (refused > 0) throw new CommandError(`${refused} messages of the crowd were refused.`);
		if (crowdAnswersLeft === 0)
			throw new CommandError("The crowd had its answers before the customer had the last one.");
		const figures = { alone: figuresOf(alone), withCrowd: figuresOf(withCrowd) };
		return {
			model,
			...figures,
			crowd: CROWD_QUESTION_COUNT,
			crowdAnswersLeft,
			targetRatio: TARGET_RATIO,
			isMet: figures.withCrowd.p50 <= TARGET_RATIO * figures.alone.p50,
		};
	} finally {
		await server.close();
	}
}

/** Asks one question after the other. @returns the waiting time for each answer in milliseconds. */
async function askAll(server: DemoServer, customers: DemoCustomer[]): Promise<number[]> {
	const times: number[] = [];
	for (const [index, customer] of customers.entries()) times.push(await ask(server, customer, index));
	return times;
}

async function ask(server: DemoServer, customer: DemoCustomer, index: number): Promise<number> {
	const isAccepted = await server.post(customer, questionAt(index));
	const from = performance.now();
	if (!isAccepted) throw new CommandError("A question of the customer was refused.");
	while ((await server.answers(customer)) === 0) {
		if (performance.now() - from > ANSWER_LIMIT_MS) throw new CommandError("A question was not answered.");
		await delay(10);
	}
	return performance.now() - from;
}

const figuresOf = (values: number[]): Figures => ({
	p50: quantile(values, 0.5),
	p90: quantile(values, 0.9),
	max: quantile(values, 1),
});

const slowReply: Reply = async (response, request) => {
	await delay(MODEL_MS);
	if (!request.body.stream) {
		await sendsWhole("{}")(response, request);
		return;
	}
	writeChunk(response, { role: "assistant", content: "It comes within a few days." });
	writeChunk(response, {}, "stop");
	writeData(response, "[DONE]");
	response.end();
};

/** Each question is different, because a repeated question may be answered from the answer cache. */
const questionAt = (index: number): string =>
	`Can I return a lamp that I have used for ${index + 2} days if I do not like its light?`;

function crowdText(index: number): string {
	let text = `Question ${index}:`;
	for (let at = index; text.length < CROWD_LENGTH; at += 1)
		text += ` how long does the delivery of shelf number ${at} take, and what does it cost to return it?`;
	return text.slice(0, CROWD_LENGTH);
}

/** The results as a small Markdown table. */
export function sharedAnswersMarkdown(readings: SharedAnswersReading[]): string {
	const ms = ({ p50, p90, max }: Figures) => `${p50.toFixed(0)} / ${p90.toFixed(0)} / ${max.toFixed(0)} ms`;
	const rows = readings.map(
		({ model, alone, withCrowd, crowdAnswersLeft, isMet, targetRatio }) =>
			`| ${model === "model" ? "a model" : "the articles"} | ${ms(alone)} | ${ms(withCrowd)} | ${(withCrowd.p50 / alone.p50).toFixed(2)} | ≤ ${targetRatio}: ${isMet ? "reached" : "missed"} | ${crowdAnswersLeft} |`,
	);
	return [
		`| until the answer (median / 90 % / worst), from | alone | beside ${CROWD_QUESTION_COUNT} questions of one address | ratio of the medians | aim | of the ${CROWD_QUESTION_COUNT} still unanswered |`,
		"|---|---|---|---|---|---|",
		...rows,
	].join("\n");
}
