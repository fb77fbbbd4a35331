/**
 * Notices events that were held back on their way: a heartbeat carries the moment it was sent, and all of them
 * should take about as long as the quickest. A clump of them is one that was on time and others that were late.
 * The clocks of server and browser need not agree, since only differences count.
 *
 * @param lateMs how much later than the quickest is late.
 */
export function createDelays(lateMs: number) {
	let quickest: number | null = null;
	return {
		/** @returns whether this one, or one before it, was held back. */
		note(sentAt: number, arrivedAt: number): boolean {
			const taken = arrivedAt - sentAt;
			const isLate = quickest !== null && Math.abs(taken - quickest) > lateMs;
			quickest = quickest === null ? taken : Math.min(quickest, taken);
			return isLate;
		},
	};
}
