/**
 * Detects events that were held back on their way. A heartbeat contains the time it was sent, and all should take about
 * as long as the fastest. A proxy that delivers several at once makes all but the last late. The clocks of server and
 * browser need not agree, because only differences count.
 *
 * @param lateMs how much later than the fastest counts as late, in ms.
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
