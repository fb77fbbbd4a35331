import { log } from "#app/http/log.server.ts";
import { isConnectionError } from "#db/connection-error.ts";

/**
 * Milliseconds in which one repeated failure of one background task is logged only once; some tasks run every second.
 */
const REPEATED_ERROR_LOG_INTERVAL_MS = 60_000;
const loggedAt = new Map<string, number>();

/**
 * Logs why background work failed. Errors of the database connection are not logged here, because the readiness check
 * (`/readyz`) reports them, and the work succeeds after the database has returned.
 * @param work names the failed work for operators, for example "the check for unattended conversations".
 */
export function logBackgroundFailure(work: string, error: unknown): void {
	if (isConnectionError(error)) return;
	const key = `${work}: ${error instanceof Error ? error.message : String(error)}`;
	if (Date.now() - (loggedAt.get(key) ?? Number.NEGATIVE_INFINITY) < REPEATED_ERROR_LOG_INTERVAL_MS) return;
	// The map of logged failures is emptied when it is large, because its keys contain error messages, which may differ
	// each time.
	if (loggedAt.size > 100) loggedAt.clear();
	loggedAt.set(key, Date.now());
	log.error({ err: error, work }, "background work failed; it is repeated");
}

/**
 * Repeats a background task until it is stopped. A round begins `everyMs` after the end of the previous round, so
 * rounds never overlap. A failed round does not end the repetition; its error is logged by `logBackgroundFailure`.
 * @param options.firstMs milliseconds before the first round; `everyMs` by default.
 * @returns a function that stops the repetition.
 */
export function startPeriodicWork(options: {
	name: string;
	everyMs: number;
	firstMs?: number;
	work: () => Promise<void>;
}): () => void {
	const { name, everyMs, firstMs = everyMs, work } = options;
	let timer: NodeJS.Timeout | undefined;
	let isStopped = false;
	const round = async () => {
		try {
			await work();
		} catch (error) {
			logBackgroundFailure(name, error);
		}
		if (!isStopped) schedule(everyMs);
	};
	/** Waits without keeping the process alive: the timer is unreferenced (`unref`). */
	const schedule = (ms: number) => {
		timer = setTimeout(round, ms);
		timer.unref();
	};
	schedule(firstMs);
	return () => {
		isStopped = true;
		clearTimeout(timer);
	};
}
