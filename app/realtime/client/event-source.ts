import { createParser } from "eventsource-parser";
import { type ChatEvent, eventSchema, HEARTBEAT_MS } from "../events.ts";

/** Silence this long means the line is dead, whatever the browser says. */
const WATCHDOG_MS = HEARTBEAT_MS * 2.5;
const REFUSALS = new Set([401, 403, 404]);
const BACKOFF_FIRST_MS = 500;
const BACKOFF_LIMIT_MS = 30_000;

export type LineState = "connecting" | "live" | "waiting";

export type EventLine = { close(): void; reconnect(): void };

/**
 * A stream of events that stays up: our own reconnection with jitter, our own cursor and a watchdog, because
 * the browser's EventSource gives up for good after a single 503 and cannot tell a dead line from a quiet one.
 *
 * @param options.address where to connect now, with the cursor to resume from; null when there is nothing to read yet.
 */
export function openEventLine(options: {
	address: () => string | null;
	onEvent: (id: string | null, event: ChatEvent) => void;
	onState: (state: LineState) => void;
	/** Called with 401, 403 or 404 instead of trying again: coming back as we are will not help. */
	onRefused: (status: number) => void;
}): EventLine {
	let isClosed = false;
	let attempts = 0;
	let current: AbortController | null = null;
	let retryTimer: ReturnType<typeof setTimeout> | undefined;
	let watchdog: ReturnType<typeof setTimeout> | undefined;

	async function connect() {
		const address = options.address();
		if (isClosed || address === null) return;
		const mine = new AbortController();
		current = mine;
		options.onState("connecting");
		let comeBackIn: number | null = null;
		try {
			feedWatchdog(mine);
			const response = await fetch(address, {
				headers: { Accept: "text/event-stream" },
				signal: mine.signal,
				cache: "no-store",
			});
			if (REFUSALS.has(response.status)) {
				if (current !== mine) return;
				clearTimeout(watchdog);
				options.onRefused(response.status);
				return;
			}
			// A captive portal answers 200 with a page of its own.
			const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream");
			if (!response.ok || !isStream || !response.body) throw new Error(`stream answered ${response.status}`);
			const parser = createParser({
				onEvent(frame) {
					const parsed = eventSchema.safeParse({ type: frame.event, data: parseJson(frame.data) });
					if (!parsed.success) return;
					if (parsed.data.type === "joined-chat") {
						attempts = 0;
						options.onState("live");
					}
					if (parsed.data.type === "bye") comeBackIn = parsed.data.data.in;
					options.onEvent(frame.id ?? null, parsed.data);
				},
			});
			const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
			for (;;) {
				const { done, value } = await reader.read();
				if (done) break;
				feedWatchdog(mine);
				parser.feed(value);
			}
		} catch {
			// Cut, refused or unreachable: all the same from here, we come back.
		}
		// One that was replaced must not touch the watchdog of its successor.
		if (current !== mine) return;
		clearTimeout(watchdog);
		if (!isClosed) retry(comeBackIn);
	}

	function retry(comeBackIn: number | null) {
		options.onState("waiting");
		const backoff = Math.min(BACKOFF_FIRST_MS * 2 ** attempts, BACKOFF_LIMIT_MS) * Math.random();
		attempts += 1;
		clearTimeout(retryTimer);
		retryTimer = setTimeout(connect, comeBackIn ?? Math.max(100, backoff));
	}

	function feedWatchdog(mine: AbortController) {
		if (current !== mine) return;
		clearTimeout(watchdog);
		watchdog = setTimeout(() => mine.abort(), WATCHDOG_MS);
	}

	function reconnect() {
		attempts = 0;
		clearTimeout(retryTimer);
		const old = current;
		current = null;
		old?.abort();
		void connect();
	}

	void connect();
	return {
		reconnect,
		close() {
			isClosed = true;
			clearTimeout(retryTimer);
			clearTimeout(watchdog);
			current?.abort();
		},
	};
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
