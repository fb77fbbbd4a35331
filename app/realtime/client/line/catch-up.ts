import type { LineOptions } from "./event-line.ts";
import { PACE } from "./pace.ts";
import { poll } from "./poll.ts";

/** Given to words that are still on their way from another tab. */
const SOON_MS = 200;

/**
 * Fetches what this page lacks, once at a time; who asks while it is under way is answered by a second one,
 * since the first may have been read before.
 */
export function createCatchUp(
	options: Pick<LineOptions, "ways" | "place" | "onEvent" | "pace">,
	signal: AbortSignal,
) {
	let running: Promise<boolean> | null = null;
	let isWantedAgain = false;
	let timer: ReturnType<typeof setTimeout> | undefined;

	async function fetchAll(): Promise<boolean> {
		for (;;) {
			isWantedAgain = false;
			const ended = await poll({
				url: options.ways.sync,
				fields: options.place,
				signal,
				limitMs: (options.pace ?? PACE).request,
				onEvent: options.onEvent,
			});
			if (ended.type !== "answered") return false;
			if (!isWantedAgain) return true;
		}
	}

	function sync(): Promise<boolean> {
		isWantedAgain = running !== null;
		running ??= fetchAll().finally(() => {
			running = null;
		});
		return running;
	}

	return {
		/** @returns whether the server answered. */
		sync,
		/** The same in a moment, unless the place has been reached by then. */
		syncSoon(isReached: () => boolean) {
			clearTimeout(timer);
			timer = setTimeout(() => {
				if (!isReached() && !signal.aborted) void sync();
			}, SOON_MS);
		},
	};
}
