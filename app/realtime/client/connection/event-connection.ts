import { backoffMs } from "#app/backoff.ts";
import type { ChatEvent } from "../../events.ts";
import { sequencesOf } from "../history.ts";
import { createCatchUp } from "./catch-up.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { createDelayDetector } from "./heartbeat-delays.ts";
import type { AttemptOutcome } from "./outcomes.ts";
import { poll } from "./poll.ts";
import { readStream } from "./read-stream.ts";
import { createStatus } from "./status.ts";
import { createStrikeCounter } from "./strikes.ts";
import { CONNECTION_TIMINGS } from "./timings.ts";
import { betterThan, isStream, type Transport } from "./transports.ts";

export type EventConnection = {
	close(): void;
	/** Reconnects with the current query. Called when the page shows another session, or when the network is back. */
	reconnect(): void;
	/** Fetches the events after the cursor immediately. @returns whether the server answered. */
	sync(): Promise<boolean>;
	/**
	 * Called when the server has acknowledged an own message with its sequence in the public stream. The connection
	 * then expects the message's event soon.
	 */
	expect(seq: number): void;
};

/** HTTP statuses of a gateway that cannot reach its server. */
const GATEWAY_ERRORS = new Set([502, 503, 504]);

/**
 * Reads a session, or the inbox, with the best transport that the network allows.
 *
 * A page changes to another transport only if events were held back and a plain request succeeds at that moment. If
 * the plain request fails, the network or the server is down, and another transport would not help. The present
 * transport continues while a better one is tried.
 */
export function openEventConnection(options: ConnectionOptions): EventConnection {
	const { urls, memory, timings = CONNECTION_TIMINGS, random = Math.random } = options;
	const stored = memory.read();
	let transport: Transport = stored?.transport ?? "sse";
	let run = new AbortController();
	let probe: AbortController | null = null;
	let probeTimer: ReturnType<typeof setTimeout> | undefined;
	let failures = 0;
	let refusals = 0;
	/** The newest sequence of the public stream that the present transport has delivered, or from which it started. */
	let delivered = 0;
	let delays = createDelayDetector(timings.late);
	const status = createStatus(timings, options.onStatus);
	const closed = new AbortController();
	const catchUp = createCatchUp(
		{ urls, query: options.query, timings, onEvent: (id, event) => receive(id, event, isStream(transport)) },
		closed.signal,
	);
	const strikes = createStrikeCounter({ timings, sync: catchUp.sync });

	function receive(id: string | null, event: ChatEvent, bySync: boolean) {
		const seq = "seq" in event.data && event.data.stream === "public" ? event.data.seq : 0;
		if (bySync) expect(seq);
		else delivered = Math.max(delivered, seq, sequencesOf(id).public ?? 0);
		options.onEvent(id, event);
	}

	/** Makes one attempt to read with a streaming transport. `onHello` may make that transport the one in use. */
	function stream(by: "sse" | "sse-post", signal: AbortSignal, onHello: () => void): Promise<AttemptOutcome> {
		const fields = options.query() ?? {};
		delivered = Math.max(delivered, sequencesOf(fields.cursor ?? null).public ?? 0);
		delays = createDelayDetector(timings.late);
		return readStream({
			url: urls.events,
			fields,
			method: by === "sse" ? "GET" : "POST",
			signal,
			timings,
			onHello: () => {
				onHello();
				failures = 0;
				refusals = 0;
				status.up(by);
			},
			onEvent(id, event) {
				if ("now" in event.data && delays.record(event.data.now, Date.now())) void addStrike();
				else if (event.type === "hb") strikes.clear();
				if (event.type === "hb") status.up(by);
				receive(id, event, false);
			},
		});
	}

	/** Reads with the current transport until another transport replaces it. */
	async function readWithTransport(own: AbortController, firstReading?: Promise<AttemptOutcome>) {
		let isFirst = firstReading === undefined;
		let reading = firstReading;
		while (!own.signal.aborted && options.query() !== null) {
			const startedAt = Date.now();
			reading ??= isStream(transport)
				? stream(transport, own.signal, () => {})
				: pollOnce(own.signal, isFirst);
			const outcome = await reading;
			reading = undefined;
			isFirst = false;
			if (own.signal.aborted) return;
			const pause = await handleOutcome(outcome, Date.now() - startedAt);
			if (pause === null || own.signal.aborted) return;
			await sleep(pause, own.signal);
		}
	}

	async function pollOnce(signal: AbortSignal, isFirst: boolean): Promise<AttemptOutcome> {
		// The first long poll does not wait, so that the page has the current state immediately.
		const kind = transport === "long-poll" && !isFirst ? "poll" : "sync";
		const outcome = await poll({
			url: urls[kind],
			fields: options.query,
			signal,
			limitMs: kind === "poll" ? timings.longPoll : timings.request,
			onEvent: (id, event) => receive(id, event, false),
		});
		if (outcome.type === "answered" && !signal.aborted) {
			failures = 0;
			refusals = 0;
			status.up(transport);
		}
		return outcome;
	}

	/** Handles the outcome of an attempt to read. @returns the delay in ms before the next attempt; null to stop. */
	async function handleOutcome(outcome: AttemptOutcome, tookMs: number): Promise<number | null> {
		if (outcome.type === "answered") {
			if (transport === "short-poll") return isHidden() ? timings.shortPollHidden : timings.shortPoll;
			// A short delay, because a proxy that answers polls early and without events must not cause a busy loop.
			return outcome.isEmpty && tookMs < timings.waited ? timings.backoffFirst : 0;
		}
		if (outcome.type === "refused") {
			refusals += 1;
			// A refused request is repeated once, because another tab may have signed in since, which changes the
			// cookie.
			if (refusals < 2) return timings.backoffFirst;
			status.stop();
			options.onRefused(outcome.status);
			return null;
		}
		if (outcome.type === "over" && outcome.reconnectInMs !== null) return outcome.reconnectInMs;
		const from = transport;
		const isFailure = outcome.type !== "busy" || outcome.status !== 429;
		if (isStream(from)) {
			if (outcome.type === "held-back" && (await isTransportBlocked())) {
				// A stream that started during an outage may have been held back because of the outage, so only the next
				// held-back stream counts.
				if (failures === 0) fallBack();
				else {
					failures = 0;
					return 0;
				}
			} else if (outcome.type === "over" && (outcome.hasTimedOut || outcome.openMs < timings.shortLife))
				await addStrike();
			else if (isFailure && failures >= 2 && (await isTransportBlocked())) fallBack();
		} else if (from === "long-poll" && tookMs > timings.waited) await addStrike();
		if (transport !== from) return 0;
		status.down(transport);
		failures += 1;
		return pauseAfter(outcome);
	}

	/** Whether a plain request succeeds now. If it does, the transport is the reason why events were held back. */
	async function isTransportBlocked(): Promise<boolean> {
		const own = run;
		const answered = await catchUp.sync();
		return answered && own === run && !own.signal.aborted;
	}

	function pauseAfter(outcome: AttemptOutcome): number {
		if (outcome.type === "busy" && outcome.afterMs !== null)
			return outcome.afterMs + random() * timings.backoffFirst;
		const isUnreachable =
			outcome.type === "unreachable" || (outcome.type === "busy" && GATEWAY_ERRORS.has(outcome.status));
		const limit = isUnreachable && !isHidden() ? timings.backoffAway : timings.backoffMax;
		// The delay is random (full jitter), so that browsers do not reconnect simultaneously after an outage.
		return Math.max(
			timings.minPause,
			random() * backoffMs({ firstMs: timings.backoffFirst, maxMs: limit }, failures),
		);
	}

	/** Counts that the network held an event back. After two such cases in a row, the next transport is used. */
	async function addStrike() {
		const own = run;
		if (!(await isTransportBlocked()) || own !== run) return;
		if (strikes.add() < 2) return;
		fallBack();
		restart();
	}

	function fallBack() {
		const from = transport;
		if (from === "short-poll") return;
		transport = from === "long-poll" ? "short-poll" : "long-poll";
		strikes.clear();
		const until = memory.save(transport);
		status.up(transport);
		// A stream by POST may work where a stream by GET does not. It is tried while polls already deliver the messages.
		if (from === "sse") void tryBetterTransports(["sse-post"]);
		else scheduleProbe(until);
	}

	function scheduleProbe(until: number) {
		clearTimeout(probeTimer);
		probeTimer = setTimeout(
			() => void tryBetterTransports(betterThan(transport)),
			Math.max(0, until - Date.now()),
		);
	}

	/** Tries transports that are better than the present one, best first, while the present transport continues. */
	async function tryBetterTransports(candidates: Transport[]) {
		for (const better of candidates) {
			if (!betterThan(transport).includes(better) || options.query() === null || !status.isUp()) break;
			if (!isStream(better)) {
				switchTo(better);
				return restart();
			}
			const own = new AbortController();
			probe = own;
			const reading = stream(better, own.signal, () => {
				probe = null;
				run.abort();
				run = own;
				switchTo(better);
				void readWithTransport(own, reading);
			});
			await reading;
			if (run === own || own.signal.aborted) return;
		}
		if (transport !== "sse") scheduleProbe(memory.save(transport));
	}

	/** Changes to a better transport, which starts with one strike, so that one more held-back event ends its use. */
	function switchTo(better: Transport) {
		transport = better;
		const until = memory.save(better);
		strikes.clear();
		strikes.add();
		if (better !== "sse") scheduleProbe(until);
	}

	function expect(seq: number) {
		if (seq <= delivered || transport === "short-poll" || !status.isUp()) return;
		const own = run;
		setTimeout(() => {
			if (own !== run || own.signal.aborted || !status.isUp() || transport === "short-poll") return;
			if (delivered >= seq) return strikes.clear();
			// The stream has been silent for too long and is probably dead; a new one continues from the same cursor.
			void addStrike().then(() => {
				if (own === run) restart();
			});
		}, timings.echo);
	}

	function restart() {
		run.abort();
		run = new AbortController();
		void readWithTransport(run);
	}

	restart();
	if (stored) scheduleProbe(stored.until);
	return {
		sync: catchUp.sync,
		expect,
		reconnect() {
			failures = 0;
			refusals = 0;
			delivered = 0;
			probe?.abort();
			restart();
			if (transport !== "sse") scheduleProbe(memory.read()?.until ?? 0);
		},
		close() {
			clearTimeout(probeTimer);
			probe?.abort();
			run.abort();
			closed.abort();
			strikes.clear();
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
