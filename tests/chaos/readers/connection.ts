import { setTimeout as delay } from "node:timers/promises";
import { createParser } from "eventsource-parser";
import type { Random } from "../random.ts";
import { untilAborted } from "../until-aborted.ts";
import { fillGap, type Reader, receiveEvent } from "./reader.ts";

/**
 * Longest wait for the first event of a stream in ms; without an event the connection does not work, and another one
 * is tried.
 */
const FIRST_EVENT_TIMEOUT_MS = 3_000;
/** Time without a byte (ms) after which a connection counts as dead: two and a half intervals of heartbeats. */
const SILENCE_TIMEOUT_MS = 37_500;
/** Longest wait for the answer to a long poll in ms; the server holds a poll for up to 25 s. */
const POLL_TIMEOUT_MS = 30_000;
const SYNC_TIMEOUT_MS = 5_000;
const SYNC_INTERVAL_MS = 1_000;
const FIRST_BACKOFF_MS = 500;
/** Longest delay before a simulated reader reconnects. The real page waits up to 30 s. */
const MAX_BACKOFF_MS = 2_000;

/** The connection of a simulated reader, which the run can disturb. */
export type Connection = {
	reader: Reader;
	/** Ends the connection in the middle of the next frame that arrives. */
	cut(): void;
	/** Stops reading bytes from the connection. */
	pause(): void;
	/** Continues to read bytes from the connection. */
	resume(): void;
	/** Closes the connection. Resolves when the connection has ended. */
	close(): Promise<void>;
	/** A short description of the connection's state, for a run that takes too long. */
	describe(): string;
};

/**
 * Keeps a simulated reader connected with its transport and its cursor: first to the reader's own server process, and
 * to the next process when that fails.
 */
export function openConnection(options: {
	reader: Reader;
	urls: string[];
	home: number;
	agentCookie: string;
	random: Random;
}): Connection {
	const { reader, urls, random } = options;
	const { sessionId, token } = reader.talk;
	const isAgent = reader.transport === "agent's stream";
	const headers: Record<string, string> = isAgent
		? { Cookie: options.agentCookie }
		: { Authorization: `Bearer ${token}` };
	let server = options.home;
	let attempts = 0;
	let isLeaving = false;
	let isToBeCut = false;
	let reconnectInMs: number | null = null;
	let isDown = false;
	let current = new AbortController();
	let pausing: { promise: Promise<void>; end: () => void } | null = null;

	const at = (path: string) => `${urls[server % urls.length]}${path}`;
	const place = () =>
		new URLSearchParams({ sessionId, ...(reader.state.cursor ? { cursor: reader.state.cursor } : {}) });
	const eventsPath = isAgent ? "/admin/chat/events" : "/chat/events";
	const syncPath = isAgent ? "/admin/chat/sync" : "/chat/sync";

	async function run() {
		while (!isLeaving) {
			current = new AbortController();
			reconnectInMs = null;
			try {
				reader.connections += 1;
				if (reader.transport === "long poll") await ask("/chat/poll", POLL_TIMEOUT_MS);
				else if (reader.transport === "sync") await ask(syncPath, SYNC_TIMEOUT_MS);
				else await stream();
			} catch {
				// The connection was cut or refused, or the server is unreachable; the reader reconnects in every case.
				attempts += 1;
				server += 1;
			}
			if (isLeaving) return;
			if (attempts > 0) {
				const most = Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), MAX_BACKOFF_MS);
				await rest(reconnectInMs ?? Math.max(100, most * random.next()));
			} else if (reader.transport === "sync") await rest(SYNC_INTERVAL_MS);
		}
	}

	const rest = (ms: number) => delay(ms, undefined, { signal: leaving.signal }).catch(() => {});
	const leaving = new AbortController();

	async function stream() {
		const mine = current;
		let watchdog = setTimeout(() => mine.abort(), FIRST_EVENT_TIMEOUT_MS);
		try {
			const isPost = reader.transport === "stream by POST";
			const opening = fetch(isPost ? at(eventsPath) : `${at(eventsPath)}?${place()}`, {
				headers: { ...headers, Accept: "text/event-stream" },
				signal: mine.signal,
				...(isPost ? { method: "POST", body: place() } : {}),
			});
			const response = await untilAborted(opening, mine.signal);
			if (!response.ok || !response.body) {
				await response.body?.cancel();
				throw new Error(`answered ${response.status}`);
			}
			const parser = createParser({
				onEvent(frame) {
					if (frame.event === "joined-chat") attempts = 0;
					if (frame.event === "bye") reconnectInMs = (JSON.parse(frame.data) as { in: number }).in;
					receiveEvent(reader, frame.id ?? null, frame.event ?? "", frame.data);
				},
			});
			const decoder = new TextDecoder();
			const bytes = response.body.getReader();
			// The body of the response is cancelled, because an abort may not reach it (nodejs/undici#3644), and heartbeats
			// would continue forever.
			mine.signal.addEventListener("abort", () => void bytes.cancel().catch(() => {}), { once: true });
			for (;;) {
				if (pausing) {
					clearTimeout(watchdog);
					await pausing.promise;
				}
				const { done, value } = await untilAborted(bytes.read(), mine.signal);
				clearTimeout(watchdog);
				if (done || mine.signal.aborted) break;
				watchdog = setTimeout(() => mine.abort(), SILENCE_TIMEOUT_MS);
				if (isToBeCut && value.length > 40) {
					isToBeCut = false;
					parser.feed(decoder.decode(value.subarray(0, value.length >> 1), { stream: true }));
					mine.abort();
					break;
				}
				parser.feed(decoder.decode(value, { stream: true }));
				if (reader.state.hasGap) await fetchMissing();
			}
			// The stream has ended; the reader reconnects after a delay.
			attempts += 1;
		} finally {
			clearTimeout(watchdog);
			mine.abort();
		}
	}

	/** Fetches events as JSON, page after page while there are more. */
	async function ask(path: string, limitMs: number) {
		for (;;) {
			if (pausing) await pausing.promise;
			const timer = setTimeout(() => current.abort(), limitMs);
			try {
				const { signal } = current;
				const response = await untilAborted(fetch(`${at(path)}?${place()}`, { headers, signal }), signal);
				if (!response.ok) throw new Error(`answered ${response.status}`);
				const page = (await untilAborted(response.json(), signal)) as {
					events: { id: string; type: string; data: unknown }[];
					more: boolean;
				};
				attempts = 0;
				for (const { id, type, data } of page.events) receiveEvent(reader, id, type, JSON.stringify(data));
				if (reader.state.hasGap) fillGap(reader);
				if (!page.more) return;
			} finally {
				clearTimeout(timer);
			}
		}
	}

	/** Fetches missing events from the last cursor, as the page does after a gap. */
	async function fetchMissing() {
		fillGap(reader);
		await ask(syncPath, SYNC_TIMEOUT_MS).catch(() => {});
	}

	const running = run().finally(() => {
		isDown = true;
	});
	return {
		reader,
		cut() {
			if (reader.transport === "long poll" || reader.transport === "sync") current.abort();
			else isToBeCut = true;
		},
		pause() {
			let end = () => {};
			const promise = new Promise<void>((resolve) => {
				end = resolve;
			});
			pausing = { promise, end };
		},
		resume() {
			pausing?.end();
			pausing = null;
		},
		async close() {
			isLeaving = true;
			leaving.abort();
			pausing?.end();
			current.abort();
			await running;
		},
		describe() {
			const where = `${reader.name}, ${reader.connections} connections, at ${reader.state.cursor}`;
			return `${where}${isDown ? ", down" : isLeaving ? ", leaving" : pausing ? ", paused" : ""}`;
		},
	};
}
