import type { Timings } from "./timings.ts";

/**
 * Counts held-back events in a row. After the first one, plain requests look for missing events, so that the user waits
 * at most three seconds for them.
 *
 * @param options.sync fetches the events after the cursor.
 */
export function createStrikes(options: { timings: Timings; sync: () => Promise<boolean> }) {
	const { timings } = options;
	let strikes = 0;
	let pollTimer: ReturnType<typeof setInterval> | undefined;
	let endTimer: ReturnType<typeof setTimeout> | undefined;

	function stopPolling() {
		clearInterval(pollTimer);
		clearTimeout(endTimer);
	}

	return {
		/** @returns the number of strikes in a row. */
		add(): number {
			strikes += 1;
			stopPolling();
			pollTimer = setInterval(() => void options.sync(), timings.suspectedPoll);
			endTimer = setTimeout(stopPolling, timings.suspectedPollFor);
			return strikes;
		},
		/** To be called when an event arrived in time. */
		clear() {
			strikes = 0;
			stopPolling();
		},
	};
}
