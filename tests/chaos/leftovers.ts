import { setTimeout as delay } from "node:timers/promises";
import type { Fleet, Held } from "./fleet.ts";
import type { Connection } from "./readers/connection.ts";
import type { Violation } from "./readers/reader.ts";

const SETTLE_MS = 15_000;
/** The pools (10 and 4 connections, each with a timer) open connections as they need them and keep them. */
const SOCKETS_MAY_DIFFER = 14;
const TIMERS_MAY_DIFFER = 14;
/** Code that is compiled on the way, and caches that fill up to their limit. */
const HEAP_MAY_GROW_BYTES = 12 * 1024 * 1024;

export type Leftovers = { violations: Violation[]; rounds: Held[][] };

/**
 * Lets every reader leave, come again and leave again, `times` over, and compares what each process holds after
 * the first and after the last time: sockets, timers, memory.
 * @param open brings all readers back; @param close lets them leave.
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

/** What a process holds once it no longer changes, or is no more than what it was compared with. */
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
 * Closes the connections that Node's fetch keeps for later requests (the server asks it to, for 75 s), so that
 * what is left at the servers is theirs. undici keeps its agent under this symbol so that it can be replaced.
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
