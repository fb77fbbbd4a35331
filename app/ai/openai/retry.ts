import { backoffMs, withJitter } from "#app/backoff.ts";
import type { ModelRequestLimits } from "./limits.ts";
import type { ProviderFault } from "./provider-fault.ts";

/** The delay before the next retry of a model request in ms; null when a retry makes no sense. */
export function retryDelayMs(
	fault: ProviderFault,
	limits: ModelRequestLimits,
	retriesLeft: number,
): number | null {
	if (!fault.canRetry) return null;
	if (fault.retryAfterMs !== null) {
		return fault.retryAfterMs <= limits.longestRetryAfterMs ? fault.retryAfterMs : null;
	}
	const options = { firstMs: limits.backoffMs, maxMs: limits.longestRetryAfterMs };
	return withJitter(backoffMs(options, limits.retries - retriesLeft + 1));
}

/**
 * Waits for a time.
 * @throws the reason of `stop` when it aborts.
 */
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
