import type { ConnectionOptions } from "./connection-options.ts";
import { poll } from "./poll.ts";
import { CONNECTION_TIMINGS } from "./timings.ts";

/** Longest expected delay of an event that another tab passes on, in ms. */
const TAB_DELAY_MS = 200;

/**
 * Creates a function that fetches missing events, one request at a time. A call during a request causes a second
 * request, because the server may have read the first answer before the missing event existed.
 */
export function createCatchUp(
	options: Pick<ConnectionOptions, "urls" | "query" | "onEvent" | "timings">,
	signal: AbortSignal,
) {
	let running: Promise<boolean> | null = null;
	let mustRunAgain = false;
	let timer: ReturnType<typeof setTimeout> | undefined;

	async function fetchAll(): Promise<boolean> {
		for (;;) {
			mustRunAgain = false;
			const outcome = await poll({
				url: options.urls.sync,
				fields: options.query,
				signal,
				limitMs: (options.timings ?? CONNECTION_TIMINGS).request,
				onEvent: options.onEvent,
			});
			if (outcome.type !== "answered") return false;
			if (!mustRunAgain) return true;
		}
	}

	function sync(): Promise<boolean> {
		mustRunAgain = running !== null;
		running ??= fetchAll().finally(() => {
			running = null;
		});
		return running;
	}

	return {
		/** @returns whether the server answered. */
		sync,
		/** Like `sync`, but after a short delay, and only if the cursor has not reached the given sequence by then. */
		syncSoon(isReached: () => boolean) {
			clearTimeout(timer);
			timer = setTimeout(() => {
				if (!isReached() && !signal.aborted) void sync();
			}, TAB_DELAY_MS);
		},
	};
}
