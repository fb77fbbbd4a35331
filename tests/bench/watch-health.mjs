import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

/**
 * Interval of requests for `/healthz` in milliseconds. They run in their own thread, so that the bench cannot delay
 * them.
 */
const EVERY_MS = 20;

const { url } = workerData;
/** Latency of each request from when it was due, in milliseconds. @type {Promise<number>[]} */
const times = [];
let due = performance.now();
let isOver = false;

/** @param {number} from when the request was due. */
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
