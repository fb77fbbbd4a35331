import type { Limits } from "./limits.ts";
import type { ProviderFault } from "./provider-fault.ts";

/** How long to wait before the next try, or null when there is no sense in one. */
export function retryDelayMs(fault: ProviderFault, limits: Limits, retriesLeft: number): number | null {
	if (!fault.canRetry) return null;
	if (fault.retryAfterMs !== null) {
		return fault.retryAfterMs <= limits.longestRetryAfterMs ? fault.retryAfterMs : null;
	}
	const doubled = limits.backoffMs * 2 ** (limits.retries - retriesLeft);
	// Up to a quarter less, so that many answers that failed together do not come back together.
	return doubled * (1 - Math.random() / 4);
}

/** Waits. @throws the reason of `stop` as soon as it is stopped. */
export function pause(ms: number, stop: AbortSignal): Promise<void> {
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
