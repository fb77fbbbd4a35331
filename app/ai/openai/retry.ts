import type { ModelRequestLimits } from "./limits.ts";
import type { ProviderFault } from "./provider-fault.ts";

/** The delay before the next retry in ms; null when a retry makes no sense. */
export function retryDelayMs(
	fault: ProviderFault,
	limits: ModelRequestLimits,
	retriesLeft: number,
): number | null {
	if (!fault.canRetry) return null;
	if (fault.retryAfterMs !== null) {
		return fault.retryAfterMs <= limits.longestRetryAfterMs ? fault.retryAfterMs : null;
	}
	const doubled = limits.backoffMs * 2 ** (limits.retries - retriesLeft);
	// Up to a quarter less at random, so that answers that failed together are not retried together.
	return doubled * (1 - Math.random() / 4);
}

/** Waits. @throws the reason of `stop` when it aborts. */
export function waitUnlessAborted(ms: number, stop: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (stop.aborted) return reject(stop.reason);
		const onAbort = () => {
			clearTimeout(timer);
			reject(stop.reason);
		};
		const timer = setTimeout(() => {
			stop.removeEventListener("abort", onAbort);
			resolve();
		}, ms);
		stop.addEventListener("abort", onAbort, { once: true });
	});
}
