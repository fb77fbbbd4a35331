import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createCookie } from "@remix-run/node";
import { signCustomerToken } from "#app/auth/token.server.ts";
import { CommandError } from "#commands/steps/command.ts";
import postgres from "#db/driver.ts";
import { readEvents } from "#tests/setup/event-reader.ts";
import {
	type Reply,
	sendsWhole,
	startOpenAiServer,
	writeChunk,
	writeData,
} from "#tests/setup/openai-server.ts";
import { runScript } from "#tests/setup/processes.ts";
import { startServerProcess } from "#tests/setup/server-process.ts";
import type { BenchDatabase } from "./database.ts";
import { quantile } from "./statistics.ts";

/** Delay of the scripted provider before the first word of an answer, in milliseconds. */
const FIRST_WORD_MS = 120;
const BETWEEN_WORDS_MS = 15;
const TARGET_MS = 30;
const WORDS = "It comes within a few days, and you hear from us when it leaves.".split(/(?<= )/);

/** Measured times of one question, in milliseconds. */
interface Times {
	/** From the acknowledgement of the question to the first word at the reader. */
	seen: number;
	/** From the turn's `due_at`, when its intended wait ends, to the first word at the reader. */
	sinceDue: number;
	/** Time in which the provider worked, up to the first word of its answer. */
	provider: number;
}

export interface AnswerReading {
	questions: number;
	targetMs: number;
	withWait: { p50: number; p90: number; max: number };
	withoutWait: { p50: number; p90: number; max: number };
	isMet: boolean;
}

/**
 * Measures how much time our assistant adds before the first word of an answer reaches the browser: (first `ai-delta`
 * at a reader − question acknowledged) − (provider's first word written − provider received the request). This time
 * is reported twice: complete, and counted from the turn's `due_at`, which excludes the intended wait for the
 * customer's next message. (That wait begins in the transaction that stores the question and not with the
 * acknowledgement, so it cannot simply be subtracted.) The questions are asked one at a time, each in its own
 * session, in the demo store.
 */
export async function measureAnswers(options: {
	database: BenchDatabase;
	questions: number;
}): Promise<AnswerReading> {
	const databaseUrl = await options.database.create();
	const seeded = await runScript("commands/db-seed.ts", [], { DATABASE_URL: databaseUrl });
	if (seeded.code !== 0) throw new CommandError(`The demo store could not be written: ${seeded.stderr}`);
	const work = createProviderClock();
	const provider = await startOpenAiServer(work.reply);
	provider.answerClassifications(work.reply);
	const client = postgres(databaseUrl, { max: 1, onnotice: () => {} });
	const server = await startServerProcess({
		DATABASE_URL: databaseUrl,
		LISTEN_DATABASE_URL: "",
		BUS_URL: "",
		APP_SECRET: options.database.secret,
		RATE_LIMITS: "off",
		ASSISTANT: "on",
		OPENAI_API_KEY: "scripted",
		OPENAI_BASE_URL: provider.url,
		NODE_OPTIONS: "",
	});
	try {
		const times: Times[] = [];
		// The first questions are not measured, because they run code that the JavaScript engine has not optimised yet.
		const warmUp = 5;
		for (let index = 0; index < options.questions + warmUp; index += 1) {
			const { sessionId, seenAt, ...measured } = await ask(server.url, questionAt(index), work);
			const [turn] = await client<{ dueAt: number }[]>`
				select (extract(epoch from due_at) * 1000)::float8 as "dueAt" from ai_turns where session_id = ${sessionId}`;
			if (!turn) throw new CommandError("A question was answered without a turn.");
			if (index >= warmUp) times.push({ ...measured, sinceDue: seenAt - turn.dueAt });
		}
		return summariseTimes(times);
	} finally {
		await server.end("SIGKILL");
		await provider.close();
		await client.end();
	}
}

/** Summarises the measured times of all questions. @throws RangeError when there are no times. */
export function summariseTimes(times: Times[]): AnswerReading {
	if (times.length === 0) throw new RangeError("No question was answered.");
	const figures = (values: number[]) => ({
		p50: quantile(values, 0.5),
		p90: quantile(values, 0.9),
		max: quantile(values, 1),
	});
	const withoutWait = figures(times.map(({ sinceDue, provider }) => sinceDue - provider));
	return {
		questions: times.length,
		targetMs: TARGET_MS,
		withWait: figures(times.map(({ seen, provider }) => seen - provider)),
		withoutWait,
		isMet: withoutWait.p50 <= TARGET_MS,
	};
}

/** The result of the measurement as a sentence and a small table, in Markdown. */
export function answerMarkdown({ questions, targetMs, withWait, withoutWait, isMet }: AnswerReading): string {
	const row = (label: string, { p50, p90, max }: { p50: number; p90: number; max: number }) =>
		`| ${label} | ${p50.toFixed(1)} ms | ${p90.toFixed(1)} ms | ${max.toFixed(1)} ms |`;
	return [
		`| before the first word, over the provider's own time (${questions} questions) | median | 90 % | worst |`,
		"|---|---|---|---|",
		row("without the wait for the customer's next message", withoutWait),
		row("with it", withWait),
		"",
		`The aim, at most ${targetMs} ms at the median without the wait, is ${isMet ? "reached" : "missed"}.`,
	].join("\n");
}

/**
 * Creates a slow scripted provider that records when it worked. The assistant may send several requests at once
 * before the first word, so the time in which at least one request was in progress is subtracted.
 */
function createProviderClock() {
	let spans: { from: number; to: number | null }[] = [];
	const reply: Reply = async (response, request) => {
		const span: { from: number; to: number | null } = { from: performance.now(), to: null };
		spans.push(span);
		await delay(FIRST_WORD_MS);
		if (!request.body.stream) {
			// A request that is not for the answer, such as a classification of the question, gets an empty answer
			// immediately.
			await sendsWhole("{}")(response, request);
			span.to = performance.now();
			return;
		}
		writeChunk(response, { role: "assistant", content: "" });
		for (const word of WORDS) {
			writeChunk(response, { content: word });
			span.to ??= performance.now();
			await delay(BETWEEN_WORDS_MS);
		}
		writeChunk(response, {}, "stop");
		writeData(response, "[DONE]");
		response.end();
	};
	return {
		reply,
		forget() {
			spans = [];
		},
		/** Milliseconds up to `until` in which at least one request waited for its first word. */
		busyMs(until: number): number {
			let busy = 0;
			let reached = 0;
			for (const { from, to } of spans.toSorted((one, other) => one.from - other.from)) {
				const end = Math.min(to ?? until, until);
				const begin = Math.max(from, reached);
				if (end > begin) busy += end - begin;
				reached = Math.max(reached, end);
			}
			return busy;
		},
	};
}

type ProviderClock = ReturnType<typeof createProviderClock>;

/**
 * Asks a question and measures its times. @returns times on the clock of this process, and `seenAt` on the machine's
 * clock, which the database uses too.
 */
async function ask(url: string, question: string, work: ProviderClock) {
	work.forget();
	const token = await signCustomerToken({ visitorId: randomUUID(), customerId: null });
	const cookie = (await createCookie("mevi_customer").serialize(token)).split(";")[0] ?? "";
	const response = await fetch(`${url}/chat/actions`, {
		method: "POST",
		headers: { Cookie: cookie, Origin: url, "Sec-Fetch-Site": "same-origin" },
		body: new URLSearchParams({ intent: "send", message: question, clientMessageId: randomUUID() }),
	});
	const accepted = performance.now();
	if (response.status !== 200) throw new CommandError(`A question was refused with ${response.status}.`);
	const { sessionId } = (await response.json()) as { sessionId: string };
	// The stream is opened during the turn's intended wait, which is long before the first word.
	const reader = readEvents(
		await fetch(`${url}/chat/events?sessionId=${sessionId}`, { headers: { Cookie: cookie } }),
	);
	try {
		const find = (type: string) => reader.frames.find((frame) => frame.type === type);
		const deadline = accepted + 30_000;
		while (!find("ai-delta")) {
			if (performance.now() > deadline) throw new CommandError(`"${question}" was not answered.`);
			await delay(1);
		}
		const seenAt = performance.now();
		const provider = work.busyMs(seenAt);
		if (provider === 0) throw new CommandError(`"${question}" was answered without the model.`);
		// The stream is read to the end of the answer, so that this answer does not disturb the next question.
		const isOver = () =>
			reader.frames.some(
				({ type, data }) =>
					type === "new-message" && (data.message as { senderType: string }).senderType === "bot",
			);
		while (!isOver() && performance.now() < deadline) await delay(5);
		return { sessionId, seenAt: performance.timeOrigin + seenAt, seen: seenAt - accepted, provider };
	} finally {
		await reader.close();
	}
}

/** Each question is different, because a repeated question may be answered from the answer cache. */
function questionAt(index: number): string {
	const things = [
		"sofa",
		"oak table",
		"lamp",
		"rug",
		"shelf",
		"armchair",
		"vase",
		"bed linen",
		"bench",
		"mirror",
	];
	const questions = [
		"How long does the delivery of a THING take?",
		"How do I look after a THING?",
		"Can I send a THING back when I do not like it?",
		"What does it cost to have a THING delivered abroad?",
		"Which guarantee is there on a THING?",
		"How do I put a THING together?",
		"Can I pick up a THING myself?",
		"What can I do when a THING arrives damaged?",
	];
	const question = questions[Math.floor(index / things.length) % questions.length] ?? "";
	return question.replace("THING", things[index % things.length] ?? "");
}
