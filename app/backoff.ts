/**
 * The wait before a retry, which doubles with each failure.
 * @param options.firstMs the wait after the first failure. @param options.maxMs the longest wait.
 * @param failures failures in a row so far, from 1.
 * @returns milliseconds, without jitter.
 */
export const backoffMs = (options: { firstMs: number; maxMs: number }, failures: number): number =>
	Math.min(options.maxMs, options.firstMs * 2 ** (failures - 1));

/** Shortens a wait by up to half at random, so that clients that failed together do not retry together. */
export const withJitter = (ms: number): number => ms * (0.5 + Math.random() / 2);
