import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

/**
 * Interval of requests for `/healthz` in milliseconds. The requests run in their own thread, so that the benchmark
 * cannot delay them.
 */
const EVERY_MS = 20;

const { url } = workerData;
/** Latency of each request in milliseconds, from the time when the request was due. @type {Promise<number>[]} */
const times = [];
let due = performance.now();
let isOver = false;

/** Sends one request. @param {number} from time when the request was due. */
async function ask(from) {
	const response = await fetch(`${url}/healthz`);
	await response.arrayBuffer();
	if (!response.ok) throw new Error(`/healthz answered ${response.status}.`);
	return performance.now() - from;
}

parentPort?.once("message", () => {
	isOver = true;
});
parentPort?.postMessage("started");
while (!isOver) {
	times.push(ask(due));
	due += EVERY_MS;
	await delay(Math.max(0, due - performance.now()));
}
parentPort?.postMessage(await Promise.all(times));
