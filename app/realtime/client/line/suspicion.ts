import type { Pace } from "./pace.ts";

/**
 * Counts what was held back in a row. While there is one such thing, what the way may be holding back is
 * looked for by plain requests, so that a person waits for it three seconds at most.
 *
 * @param options.look fetches what followed the place.
 */
export function createSuspicion(options: { pace: Pace; look: () => Promise<boolean> }) {
	const { pace } = options;
	let strikes = 0;
	let guard: ReturnType<typeof setInterval> | undefined;
	let end: ReturnType<typeof setTimeout> | undefined;

	function stopLooking() {
		clearInterval(guard);
		clearTimeout(end);
	}

	return {
		/** @returns how many there are in a row now. */
		add(): number {
			strikes += 1;
			stopLooking();
			guard = setInterval(() => void options.look(), pace.guard);
			end = setTimeout(stopLooking, pace.guardFor);
			return strikes;
		},
		/** Something arrived in time. */
		clear() {
			strikes = 0;
			stopLooking();
		},
	};
}
