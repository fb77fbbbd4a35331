import { setTimeout as delay } from "node:timers/promises";
import type { Fleet, ProcessResources } from "./fleet.ts";
import type { Connection } from "./readers/connection.ts";
import type { Violation } from "./readers/reader.ts";

const SETTLE_TIMEOUT_MS = 15_000;
/**
 * Most additional sockets of a server process that do not count as a leak: the database pools open connections when
 * they need them, and keep them open.
 */
const MAX_SOCKET_GROWTH = 14;
const MAX_TIMER_GROWTH = 14;
/**
 * Most additional heap memory of a server process that does not count as a leak: compiled code, and caches that fill
 * up to their limit.
 */
const MAX_HEAP_GROWTH_BYTES = 12 * 1024 * 1024;

export type LeakReport = { violations: Violation[]; rounds: ProcessResources[][] };

/**
 * Disconnects all readers and connects them again, `times` times, and compares the resources of each server process
 * (sockets, timers, memory) after the first and the last time.
 * @param open connects all readers; @param close disconnects them.
 */
export async function findLeaks(options: {
	fleet: Fleet;
	times: number;
	open: () => Promise<Connection[]>;
	close: (lines: Connection[]) => Promise<void>;
}): Promise<LeakReport> {
	const { fleet } = options;
	const violations: Violation[] = [];
	const rounds: ProcessResources[][] = [];
	for (let time = 0; time <= options.times; time += 1) {
		if (time > 0) await options.close(await options.open());
		closeIdleConnections();
		for (const index of fleet.urls.keys()) {
			const streams = await waitForSettledStreams(fleet, index);
			if (streams > 0)
				violations.push({ at: Date.now(), what: `process ${index} holds ${streams} streams of nobody` });
		}
		rounds.push(
			await Promise.all(
				fleet.urls.map((_, index) => waitForSettledResources(fleet, index, rounds[0]?.[index])),
			),
		);
	}
	const first = rounds[0] ?? [];
	for (const [index, after] of (rounds.at(-1) ?? []).entries()) {
		const before = first[index];
		if (!before) continue;
		for (const { what, grown, most } of describeGrowth(before, after)) {
			if (grown > most)
				violations.push({
					at: Date.now(),
					what: `process ${index} kept ${grown} ${what} of readers who left`,
				});
		}
	}
	return { violations, rounds };
}

function describeGrowth(before: ProcessResources, after: ProcessResources) {
	const count = (held: ProcessResources, kind: string) => held.counts[kind] ?? 0;
	return [
		{
			what: "sockets",
			grown: count(after, "TCPSocketWrap") - count(before, "TCPSocketWrap"),
			most: MAX_SOCKET_GROWTH,
		},
		{ what: "timers", grown: count(after, "Timeout") - count(before, "Timeout"), most: MAX_TIMER_GROWTH },
		{ what: "bytes of heap", grown: after.heapBytes - before.heapBytes, most: MAX_HEAP_GROWTH_BYTES },
	];
}

async function waitForSettledStreams(fleet: Fleet, index: number): Promise<number> {
	const deadline = Date.now() + SETTLE_TIMEOUT_MS;
	for (;;) {
		const streams = await fleet.countStreams(index);
		if (streams === 0 || Date.now() > deadline) return streams;
		await delay(50);
	}
}

/**
 * Waits until the resources of a server process no longer change, or are not more than `before`. @returns the
 * resources.
 */
async function waitForSettledResources(
	fleet: Fleet,
	index: number,
	before: ProcessResources | undefined,
): Promise<ProcessResources> {
	const deadline = Date.now() + SETTLE_TIMEOUT_MS;
	let last = await fleet.probe(index);
	for (;;) {
		await delay(500);
		const held = await fleet.probe(index);
		const isQuiet = held.counts.TCPSocketWrap === last.counts.TCPSocketWrap;
		const isBack = !before || describeGrowth(before, held).every(({ grown, most }) => grown <= most);
		if ((isQuiet && isBack) || Date.now() > deadline) return held;
		last = held;
	}
}

/**
 * Closes the idle connections that Node's fetch keeps for later requests (for 75 s, as the server's header asks), so
 * that the remaining sockets of the servers are leaks. The HTTP agent of `fetch` (undici) can be replaced through
 * this global symbol.
 */
function closeIdleConnections(): void {
	const place = Symbol.for("undici.globalDispatcher.1");
	const holder = globalThis as unknown as Record<symbol, { close(): Promise<void> } | undefined>;
	const agent = holder[place];
	if (!agent) return;
	const Agent = agent.constructor as new () => typeof agent;
	holder[place] = new Agent();
	void agent.close();
}
