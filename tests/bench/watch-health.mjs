import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

/** Asks for `/healthz` every 20 ms on a thread of its own, so that what else the bench does cannot delay it. */
const EVERY_MS = 20;

const { url } = workerData;
/** Milliseconds of each request from when it was due. @type {Promise<number>[]} */
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
