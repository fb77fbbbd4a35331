import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { BenchDatabase } from "./database.ts";
import { type DemoServer, startDemoServer } from "./demo-server.ts";
import { quantile } from "./statistics.ts";

const MESSAGES = 200;
const LENGTH = 10_000;
const TARGET_MS = 100;

/** Measured latencies of requests for `/healthz`, in milliseconds. */
export interface LongMessagesReading {
	messages: number;
	targetMs: number;
	/** Seconds from the first message to the last answer. */
	seconds: number;
	requests: number;
	idle: { p50: number; p99: number };
	busy: { p50: number; p99: number; max: number };
	isMet: boolean;
}

/**
 * Measures the latency of `/healthz` while the assistant, without a model, answers 200 messages of 10,000 characters
 * that arrive at once. Each message is from another customer and IP address, and is expensive to process. A request
 * for `/healthz` is due every 20 ms and its latency counts from then, so that a blocked event loop counts for every
 * waiting request. The measurement ends with the last answer.
 */
export async function measureLongMessages(options: {
	database: BenchDatabase;
}): Promise<LongMessagesReading> {
	const server = await startDemoServer(options.database);
	try {
		await server.untilIndexed();
		const addresses = Array.from({ length: MESSAGES }, (_, index) => `198.51.100.${index}`);
		const customers = await server.customers(addresses);
		const [first] = await server.customers(["203.0.113.1"]);
		// One message before the measurement, so that code is optimised and connections are open.
		if (first) await server.post(first, "How do I return a lamp?");
		await untilAnswered(server);
		const texts = customers.map((_, index) => hostileText(index));
		const idle = await watchHealth(server.url);
		await delay(3_000);
		const idleTimes = await idle.stop();
		const busy = await watchHealth(server.url);
		const begun = performance.now();
		const accepted = await Promise.all(customers.map((one, index) => server.post(one, texts[index] ?? "")));
		await untilAnswered(server);
		const seconds = (performance.now() - begun) / 1_000;
		const times = await busy.stop();
		const unanswered = accepted.filter((isAccepted) => !isAccepted).length;
		if (unanswered > 0) throw new Error(`${unanswered} messages were refused.`);
		const p99 = quantile(times, 0.99);
		return {
			messages: MESSAGES,
			targetMs: TARGET_MS,
			seconds,
			requests: times.length,
			idle: { p50: quantile(idleTimes, 0.5), p99: quantile(idleTimes, 0.99) },
			busy: { p50: quantile(times, 0.5), p99, max: quantile(times, 1) },
			isMet: p99 <= TARGET_MS,
		};
	} finally {
		await server.close();
	}
}

async function untilAnswered(server: DemoServer): Promise<void> {
	do await delay(100);
	while ((await server.openTurns()) > 0);
}

/**
 * Requests `/healthz` every 20 ms. @returns a function that stops the requests and returns the latency of each, in
 * milliseconds from the time when it was due.
 */
async function watchHealth(url: string) {
	const worker = new Worker(new URL("./watch-health.mjs", import.meta.url), { workerData: { url } });
	await once(worker, "message");
	return {
		async stop(): Promise<number[]> {
			const times = once(worker, "message");
			worker.postMessage("stop");
			return (await times)[0] as number[];
		},
	};
}

/** A text of 10,000 characters that is expensive to process; each index gives another text. */
export function hostileText(index: number): string {
	const kinds: ((at: number) => string)[] = [
		(at) => `how do i return the ${inventWord(at)} `,
		(at) => `${inventWord(at)} ${inventWord(at * 7)} ${inventWord(at * 13)} `,
		(at) => `Can I change order ${10_000 + at} to ${inventWord(at)}? `,
		(at) => `where is my order #MV-${10_000 + at}, `,
		(at) => `${inventWord(at)}@${inventWord(at + 1)}.example `,
		(at) => `${at}`.padStart(9, "0"),
		(at) => `my ${inventWord(at)} and my ${inventWord(at * 3)} or `,
		(at) => `${".?!,;:".charAt(at % 6).repeat(3)} `,
		(at) => `delivry of ${inventWord(at)} tabel sofaa lampp; `,
		(at) => `ｗｈｅｎ ${inventWord(at)} \u00e9\u0301\u200b `,
	];
	const kind = kinds[index % kinds.length] ?? (() => "?");
	let text = `${index} `;
	for (let at = index; text.length < LENGTH; at += 1) text += kind(at);
	return text.slice(0, LENGTH);
}

/** An invented word, always the same for the same seed. */
function inventWord(seed: number): string {
	const alphabet = "etaoinshrdlucmfwypvbgkqjxz";
	let state = (seed * 2_654_435_761 + 12_345) >>> 0;
	let text = "";
	const length = 3 + (state % 8);
	for (let at = 0; at < length; at += 1) {
		state = (state * 1_664_525 + 1_013_904_223) >>> 0;
		text += alphabet.charAt(Math.floor((state / 2 ** 32) * alphabet.length));
	}
	return text;
}

/** The result as a small Markdown table. */
export function longMessagesMarkdown(reading: LongMessagesReading): string {
	const { messages, targetMs, seconds, requests, idle, busy, isMet } = reading;
	const ms = (value: number) => `${value.toFixed(1)} ms`;
	return [
		`| /healthz | median | 99 % | worst |`,
		"|---|---|---|---|",
		`| nothing else to do | ${ms(idle.p50)} | ${ms(idle.p99)} | |`,
		`| ${messages} messages of ${LENGTH.toLocaleString("en")} characters, answered in ${seconds.toFixed(1)} s (${requests} requests) | ${ms(busy.p50)} | ${ms(busy.p99)} | ${ms(busy.max)} |`,
		"",
		`The aim, at most ${targetMs} ms at 99 %, is ${isMet ? "reached" : "missed"}.`,
	].join("\n");
}
