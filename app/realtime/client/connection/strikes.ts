import type { Timings } from "./timings.ts";

/**
 * Counts strikes: cases in a row in which the network held an event back. After the first strike, plain requests ask
 * for missing events, so that the user waits at most three seconds for a message.
 *
 * @param options.sync fetches the events after the cursor.
 */
export function createStrikeCounter(options: { timings: Timings; sync: () => Promise<boolean> }) {
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
		/** Resets the count of strikes; called when an event arrived in time. */
		clear() {
			strikes = 0;
			stopPolling();
		},
	};
}
