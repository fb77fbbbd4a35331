import { setTimeout as delay } from "node:timers/promises";
import type { Fleet, Held } from "./fleet.ts";
import type { Connection } from "./readers/connection.ts";
import type { Violation } from "./readers/reader.ts";

const SETTLE_MS = 15_000;
/**
 * Sockets that may be added: the pools (10 and 4 connections, each with a timer) open connections on demand and keep
 * them.
 */
const SOCKETS_MAY_DIFFER = 14;
const TIMERS_MAY_DIFFER = 14;
/** Heap growth in bytes that compiled code and bounded caches may cause. */
const HEAP_MAY_GROW_BYTES = 12 * 1024 * 1024;

export type Leftovers = { violations: Violation[]; rounds: Held[][] };

/**
 * Connects and disconnects all readers `times` times, and compares the resources of each process after the first and
 * the last time: sockets, timers, memory. @param options.open connects all readers. @param options.close disconnects
 * them.
 */
export async function lookForLeftovers(options: {
	fleet: Fleet;
	times: number;
	open: () => Promise<Connection[]>;
	close: (lines: Connection[]) => Promise<void>;
}): Promise<Leftovers> {
	const { fleet } = options;
	const violations: Violation[] = [];
	const rounds: Held[][] = [];
	for (let time = 0; time <= options.times; time += 1) {
		if (time > 0) await options.close(await options.open());
		forgetIdleConnections();
		for (const index of fleet.urls.keys()) {
			const streams = await settledStreams(fleet, index);
			if (streams > 0)
				violations.push({ at: Date.now(), what: `process ${index} holds ${streams} streams of nobody` });
		}
		rounds.push(
			await Promise.all(fleet.urls.map((_, index) => settledHeld(fleet, index, rounds[0]?.[index]))),
		);
	}
	const first = rounds[0] ?? [];
	for (const [index, after] of (rounds.at(-1) ?? []).entries()) {
		const before = first[index];
		if (!before) continue;
		for (const { what, grown, most } of growths(before, after)) {
			if (grown > most)
				violations.push({
					at: Date.now(),
					what: `process ${index} kept ${grown} ${what} of readers who left`,
				});
		}
	}
	return { violations, rounds };
}

function growths(before: Held, after: Held) {
	const count = (held: Held, kind: string) => held.counts[kind] ?? 0;
	return [
		{
			what: "sockets",
			grown: count(after, "TCPSocketWrap") - count(before, "TCPSocketWrap"),
			most: SOCKETS_MAY_DIFFER,
		},
		{ what: "timers", grown: count(after, "Timeout") - count(before, "Timeout"), most: TIMERS_MAY_DIFFER },
		{ what: "bytes of heap", grown: after.heapBytes - before.heapBytes, most: HEAP_MAY_GROW_BYTES },
	];
}

async function settledStreams(fleet: Fleet, index: number): Promise<number> {
	const deadline = Date.now() + SETTLE_MS;
	for (;;) {
		const streams = await fleet.countStreams(index);
		if (streams === 0 || Date.now() > deadline) return streams;
		await delay(50);
	}
}

/** A process's resources once they no longer change, or do not exceed those of `before`. */
async function settledHeld(fleet: Fleet, index: number, before: Held | undefined): Promise<Held> {
	const deadline = Date.now() + SETTLE_MS;
	let last = await fleet.probe(index);
	for (;;) {
		await delay(500);
		const held = await fleet.probe(index);
		const isQuiet = held.counts.TCPSocketWrap === last.counts.TCPSocketWrap;
		const isBack = !before || growths(before, held).every(({ grown, most }) => grown <= most);
		if ((isQuiet && isBack) || Date.now() > deadline) return held;
		last = held;
	}
}

/**
 * Closes the idle connections of Node's fetch (kept for 75 s on the server's request), so that only the servers' own
 * remain. undici stores its agent under this symbol.
 */
function forgetIdleConnections(): void {
	const place = Symbol.for("undici.globalDispatcher.1");
	const holder = globalThis as unknown as Record<symbol, { close(): Promise<void> } | undefined>;
	const agent = holder[place];
	if (!agent) return;
	const Agent = agent.constructor as new () => typeof agent;
	holder[place] = new Agent();
	void agent.close();
}
