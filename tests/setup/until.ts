import { vi } from "vitest";

/** Long enough for a machine with a busy loop on each core; a condition that holds costs only its own time. */
const DEADLINE_MS = 30_000;
const INTERVAL_MS = 20;

/**
 * Waits for a condition instead of for a time: calls `look` every 20 ms until it does not throw.
 * @param deadlineMs after it, the last error of `look` is thrown.
 * @returns what `look` returned.
 */
export function until<Value>(look: () => Value | Promise<Value>, deadlineMs = DEADLINE_MS): Promise<Value> {
	return vi.waitFor(look, { timeout: deadlineMs, interval: INTERVAL_MS });
}
