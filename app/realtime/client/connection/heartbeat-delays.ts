/**
 * Creates a detector of events that the network held back. A heartbeat contains the time at which it was sent, and
 * every heartbeat should take about as long as the fastest. If a proxy delivers several heartbeats at once, all but
 * the last are late. The clocks of server and browser need not agree, because only differences count.
 *
 * @param lateMs additional time, compared with the fastest heartbeat, after which a heartbeat counts as late, in ms.
 */
export function createDelayDetector(lateMs: number) {
	let fastest: number | null = null;
	return {
		/** @returns whether this heartbeat, or one before it, was held back. */
		record(sentAt: number, arrivedAt: number): boolean {
			const delay = arrivedAt - sentAt;
			const isLate = fastest !== null && Math.abs(delay - fastest) > lateMs;
			fastest = fastest === null ? delay : Math.min(fastest, delay);
			return isLate;
		},
	};
}
