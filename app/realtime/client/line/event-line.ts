import type { ChatEvent } from "../../events.ts";
import { placeOf } from "../history.ts";
import type { Ended } from "./answers.ts";
import { createCatchUp } from "./catch-up.ts";
import { createDelays } from "./delays.ts";
import { PACE, type Pace } from "./pace.ts";
import { poll } from "./poll.ts";
import { readStream } from "./read-stream.ts";
import { above, isStream, type Rung, type RungMemory } from "./rungs.ts";
import { createStatus, type LineStatus } from "./status.ts";
import { createSuspicion } from "./suspicion.ts";

export type LineOptions = {
	/** Where each way of reading is asked for. */
	ways: { events: string; poll: string; sync: string };
	/** What is asked for now: the session and the cursor to go on from; null while there is nothing to read. */
	place: () => Record<string, string> | null;
	onEvent: (id: string | null, event: ChatEvent) => void;
	/** Called with every change, and whenever something was heard. */
	onStatus: (status: LineStatus) => void;
	/** Called once with 401, 403 or 404, after a second try was refused as well. The line has stopped then. */
	onRefused: (status: number) => void;
	memory: RungMemory;
	pace?: Pace;
	/** From 0 to below 1; spreads the comings back of many browsers. */
	random?: () => number;
};

export type EventLine = {
	close(): void;
	/** Begins anew from the place as it is now: the page shows something else, or the network is back. */
	reconnect(): void;
	/** Fetches at once what followed the place. @returns whether the server answered. */
	sync(): Promise<boolean>;
	/** Says that the server has acknowledged this sequence of the public stream, which must arrive soon. */
	expect(seq: number): void;
};

/** Gateways that have lost their server, for a moment or for a while. */
const AWAY = new Set([502, 503, 504]);

/**
 * Reads a conversation, or the agents' list, by the best way this network lets through, and stays at it.
 *
 * A way is left only for what was measured of it, and only if a plain request gets through at that moment: else
 * it is the network or the server that is away, and no fault of the way. The worse way goes on working while a
 * better one is tried.
 */
export function openEventLine(options: LineOptions): EventLine {
	const { ways, memory, pace = PACE, random = Math.random } = options;
	const remembered = memory.read();
	let rung: Rung = remembered?.rung ?? "sse";
	let run = new AbortController();
	let probe: AbortController | null = null;
	let probeTimer: ReturnType<typeof setTimeout> | undefined;
	let failures = 0;
	let refusals = 0;
	/** Newest sequence of the public stream that this way itself has brought, or began from. */
	let brought = 0;
	let delays = createDelays(pace.late);
	const status = createStatus(pace, options.onStatus);
	const closed = new AbortController();
	const catchUp = createCatchUp(
		{ ways, place: options.place, pace, onEvent: (id, event) => receive(id, event, isStream(rung)) },
		closed.signal,
	);
	const suspicion = createSuspicion({ pace, look: catchUp.sync });

	function receive(id: string | null, event: ChatEvent, bySync: boolean) {
		const seq = "seq" in event.data && event.data.stream === "public" ? event.data.seq : 0;
		if (bySync) expect(seq);
		else brought = Math.max(brought, seq, placeOf(id).public ?? 0);
		options.onEvent(id, event);
	}

	/** One attempt by a streaming rung. `onHello` may make it the way that is used. */
	function stream(by: "sse" | "sse-post", signal: AbortSignal, onHello: () => void): Promise<Ended> {
		const fields = options.place() ?? {};
		brought = Math.max(brought, placeOf(fields.cursor ?? null).public ?? 0);
		delays = createDelays(pace.late);
		return readStream({
			url: ways.events,
			fields,
			method: by === "sse" ? "GET" : "POST",
			signal,
			pace,
			onHello: () => {
				onHello();
				failures = 0;
				refusals = 0;
				status.up(by);
			},
			onEvent(id, event) {
				if ("now" in event.data && delays.note(event.data.now, Date.now())) void strike();
				else if (event.type === "hb") suspicion.clear();
				if (event.type === "hb") status.up(by);
				receive(id, event, false);
			},
		});
	}

	/** Reads by the rung that is used until something else takes its place. */
	async function work(mine: AbortController, begun?: Promise<Ended>) {
		let isFirst = begun === undefined;
		let reading = begun;
		while (!mine.signal.aborted && options.place() !== null) {
			const startedAt = Date.now();
			reading ??= isStream(rung) ? stream(rung, mine.signal, () => {}) : pollOnce(mine.signal, isFirst);
			const ended = await reading;
			reading = undefined;
			isFirst = false;
			if (mine.signal.aborted) return;
			const pause = await judge(ended, Date.now() - startedAt);
			if (pause === null || mine.signal.aborted) return;
			await sleep(pause, mine.signal);
		}
	}

	async function pollOnce(signal: AbortSignal, isFirst: boolean): Promise<Ended> {
		// The first answer comes at once, so that the page knows where it is.
		const kind = rung === "long-poll" && !isFirst ? "poll" : "sync";
		const ended = await poll({
			url: ways[kind],
			fields: options.place,
			signal,
			limitMs: kind === "poll" ? pace.longPoll : pace.request,
			onEvent: (id, event) => receive(id, event, false),
		});
		if (ended.type === "answered" && !signal.aborted) {
			failures = 0;
			refusals = 0;
			status.up(rung);
		}
		return ended;
	}

	/** @returns how long to wait before reading on; null when there is nothing more to read. */
	async function judge(ended: Ended, tookMs: number): Promise<number | null> {
		if (ended.type === "answered") {
			if (rung === "short-poll") return isHidden() ? pace.shortPollHidden : pace.shortPoll;
			// An answer without news before its time would otherwise be asked for without a breath.
			return ended.isEmpty && tookMs < pace.waited ? pace.backoffFirst : 0;
		}
		if (ended.type === "refused") {
			refusals += 1;
			// Another tab may have signed in meanwhile, and the browser's cookie with it.
			if (refusals < 2) return pace.backoffFirst;
			status.stop();
			options.onRefused(ended.status);
			return null;
		}
		if (ended.type === "over" && ended.comeBackIn !== null) return ended.comeBackIn;
		const from = rung;
		const isOurs = ended.type !== "busy" || ended.status !== 429;
		if (isStream(from)) {
			if (ended.type === "held-back" && (await isWayBlocked())) {
				// Begun while nothing got through, it may have been held for that: the next one is judged.
				if (failures === 0) stepDown();
				else {
					failures = 0;
					return 0;
				}
			} else if (ended.type === "over" && (ended.fellSilent || ended.livedMs < pace.shortLife))
				await strike();
			else if (isOurs && failures >= 2 && (await isWayBlocked())) stepDown();
		} else if (from === "long-poll" && tookMs > pace.waited) await strike();
		if (rung !== from) return 0;
		status.down(rung);
		failures += 1;
		return pauseAfter(ended);
	}

	/** Whether plain requests get through at this moment, so that it is this way that does not. */
	async function isWayBlocked(): Promise<boolean> {
		const mine = run;
		const answered = await catchUp.sync();
		return answered && mine === run && !mine.signal.aborted;
	}

	function pauseAfter(ended: Ended): number {
		if (ended.type === "busy" && ended.afterMs !== null) return ended.afterMs + random() * pace.backoffFirst;
		const isAway = ended.type === "unreachable" || (ended.type === "busy" && AWAY.has(ended.status));
		const limit = isAway && !isHidden() ? pace.backoffAway : pace.backoffLimit;
		// Full jitter: after an outage nobody comes back in step with anybody else.
		return Math.max(pace.leastPause, random() * Math.min(limit, pace.backoffFirst * 2 ** (failures - 1)));
	}

	/** Something was held back: the second time in a row it is the way, and the next one is taken. */
	async function strike() {
		const mine = run;
		if (!(await isWayBlocked()) || mine !== run) return;
		if (suspicion.add() < 2) return;
		stepDown();
		begin();
	}

	function stepDown() {
		const from = rung;
		if (from === "short-poll") return;
		rung = from === "long-poll" ? "short-poll" : "long-poll";
		suspicion.clear();
		const until = memory.keep(rung);
		status.up(rung);
		// The same stream by POST may get through; it is tried while polls already bring the messages.
		if (from === "sse") void tryBetter(["sse-post"]);
		else scheduleProbe(until);
	}

	function scheduleProbe(until: number) {
		clearTimeout(probeTimer);
		probeTimer = setTimeout(() => void tryBetter(above(rung)), Math.max(0, until - Date.now()));
	}

	/** Tries better rungs, best first, while the one in use goes on. */
	async function tryBetter(candidates: Rung[]) {
		for (const better of candidates) {
			if (!above(rung).includes(better) || options.place() === null || !status.isUp()) break;
			if (!isStream(better)) {
				use(better);
				return begin();
			}
			const mine = new AbortController();
			probe = mine;
			const reading = stream(better, mine.signal, () => {
				probe = null;
				run.abort();
				run = mine;
				use(better);
				void work(mine, reading);
			});
			await reading;
			if (run === mine || mine.signal.aborted) return;
		}
		if (rung !== "sse") scheduleProbe(memory.keep(rung));
	}

	/** Takes a better rung on trial: the first thing held back is one too many. */
	function use(better: Rung) {
		rung = better;
		const until = memory.keep(better);
		suspicion.clear();
		suspicion.add();
		if (better !== "sse") scheduleProbe(until);
	}

	function expect(seq: number) {
		if (seq <= brought || rung === "short-poll" || !status.isUp()) return;
		const mine = run;
		setTimeout(() => {
			if (mine !== run || mine.signal.aborted || !status.isUp() || rung === "short-poll") return;
			if (brought >= seq) return suspicion.clear();
			// Whatever carries it seems dead; a fresh one goes on from the same place.
			void strike().then(() => {
				if (mine === run) begin();
			});
		}, pace.echo);
	}

	function begin() {
		run.abort();
		run = new AbortController();
		void work(run);
	}

	begin();
	if (remembered) scheduleProbe(remembered.until);
	return {
		sync: catchUp.sync,
		expect,
		reconnect() {
			failures = 0;
			refusals = 0;
			brought = 0;
			probe?.abort();
			begin();
			if (rung !== "sse") scheduleProbe(memory.read()?.until ?? 0);
		},
		close() {
			clearTimeout(probeTimer);
			probe?.abort();
			run.abort();
			closed.abort();
			suspicion.clear();
			status.close();
		},
	};
}

const isHidden = () => typeof document !== "undefined" && document.visibilityState === "hidden";

function sleep(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve();
		const wake = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", wake);
			resolve();
		};
		const timer = setTimeout(wake, ms);
		signal.addEventListener("abort", wake);
	});
}
