import { log } from "#app/http/log.server.ts";
import { isConnectionError } from "#db/connection-error.ts";

/** The same failure of the same work is logged once in this time: work that runs each second must not fill the log. */
const LOG_AGAIN_MS = 60_000;
const loggedAt = new Map<string, number>();

/**
 * Logs why background work failed. Errors of the connection to the database are not logged here: readiness reports
 * that the database is away, and the work succeeds once it is back.
 * @param work what failed, for operators, for example "the check for unattended conversations".
 */
export function logBackgroundFailure(work: string, error: unknown): void {
	if (isConnectionError(error)) return;
	const key = `${work}: ${error instanceof Error ? error.message : String(error)}`;
	if (Date.now() - (loggedAt.get(key) ?? Number.NEGATIVE_INFINITY) < LOG_AGAIN_MS) return;
	// The keys hold error messages, which may differ each time.
	if (loggedAt.size > 100) loggedAt.clear();
	loggedAt.set(key, Date.now());
	log.error({ err: error, work }, "background work failed; it is repeated");
}

/**
 * Repeats work until it is stopped. A round begins `everyMs` after the end of the one before, so rounds never overlap.
 * A failed round never ends the repetition; its error is logged as `logBackgroundFailure` describes.
 * @param options.firstMs time before the first round; `everyMs` where it is not given.
 * @returns how to stop: no further round begins.
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
	/** Only the server keeps the process alive, not its background work. */
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
