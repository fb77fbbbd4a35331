/**
 * The waiting time before a retry, which doubles with each failure.
 * @param options.firstMs the waiting time after the first failure.
 * @param options.maxMs the longest waiting time.
 * @param failures number of consecutive failures, from 1.
 * @returns milliseconds, without random variation.
 */
export const backoffMs = (options: { firstMs: number; maxMs: number }, failures: number): number =>
	Math.min(options.maxMs, options.firstMs * 2 ** (failures - 1));

/** Shortens a waiting time by up to half at random, so that clients that failed together do not retry together. */
export const withJitter = (ms: number): number => ms * (0.5 + Math.random() / 2);
