import { vi } from "vitest";

/**
 * Time limit in ms for waiting for a condition. It is long enough for a machine with all cores busy; a condition that
 * is already true costs no waiting.
 */
const DEADLINE_MS = 30_000;
const INTERVAL_MS = 20;

/**
 * Waits for a condition instead of for a time: calls `look` every 20 ms until it does not throw.
 * @param deadlineMs time after which the last error of `look` is thrown.
 * @returns what `look` returned.
 */
export function until<Value>(look: () => Value | Promise<Value>, deadlineMs = DEADLINE_MS): Promise<Value> {
	return vi.waitFor(look, { timeout: deadlineMs, interval: INTERVAL_MS });
}
