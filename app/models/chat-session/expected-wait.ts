/** Minimum number of answered customers for an estimate of the wait. */
const MIN_FINISHED_WAITS = 3;

/**
 * Estimates the wait for an agent: the median of the Kaplan-Meier estimator (Kaplan and Meier 1958), which also counts
 * customers who still wait. Without them, the estimate would stay short while the queue does not move. Where more than
 * half of all waits are longer than every finished wait, the estimator has no median. The estimate is then the median
 * of all waits so far, which is its lower bound.
 *
 * @param finishedWaits finished waits in seconds.
 * @param currentWaits waits so far, in seconds, of customers who still wait.
 * @returns seconds; null while fewer than three customers were answered.
 */
export function estimateWait(finishedWaits: number[], currentWaits: number[]): number | null {
	if (finishedWaits.length < MIN_FINISHED_WAITS) return null;
	const finished = [...finishedWaits].sort((a, b) => a - b);
	const open = [...currentWaits].sort((a, b) => a - b);
	let surviving = 1;
	let passed = 0;
	for (const [done, seconds] of finished.entries()) {
		while (passed < open.length && (open[passed] ?? 0) < seconds) passed += 1;
		const atRisk = finished.length - done + open.length - passed;
		surviving *= 1 - 1 / atRisk;
		// The small addition allows for the rounding error in the product of fractions.
		if (surviving <= 0.5 + 1e-9) return Math.round(seconds);
	}
	const all = [...finished, ...open].sort((a, b) => a - b);
	return Math.round(all[Math.floor((all.length - 1) / 2)] ?? 0);
}
