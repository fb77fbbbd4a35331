import { preloadLanguageDetector } from "#app/ai/language/detect-language.server.ts";
import { log } from "#app/http/log.server.ts";
import { knownServers } from "#app/http/raw-handler/raw-handler.server.ts";
import { startWorker } from "#app/jobs/worker.server.ts";
import { drainConnections } from "#app/realtime/connections.server.ts";
import { hub } from "#app/realtime/hub.server.ts";
import { startPresence } from "#app/realtime/presence/leases.server.ts";
import { singleton } from "#app/singleton.server.ts";

/**
 * Milliseconds over which the clients of the closed event streams reconnect, so that they do not all reach the next
 * process at once.
 */
const STREAM_RECONNECT_SPREAD_MS = 5_000;
/**
 * Milliseconds that the answers being written may take to finish at shutdown; other processes write unfinished answers
 * again.
 */
const ANSWER_GRACE_MS = 3_000;
/** Milliseconds after the stop signal at which the process exits, even when connections are still open. */
const HARD_STOP_MS = 10_000;
/**
 * Milliseconds that an idle HTTP connection is kept open. Longer than reverse proxies keep it (60 to 75 s), so that a
 * POST never arrives on a connection that the server is closing.
 */
const KEEP_ALIVE_MS = 75_000;

/** Starts the process's background work once, and drains the process on SIGTERM or SIGINT. */
export const boot = () =>
	singleton("boot", () => {
		const started = hub.start();
		started.catch(() => {});
		preloadLanguageDetector().catch((error: unknown) => {
			log.error({ err: error }, "the language detector could not be loaded, so this process is not ready");
		});
		const stopWorker = startWorker();
		const stopPresence = startPresence();
		let isEnding = false;

		const keepAliveTimer = setInterval(() => {
			for (const server of knownServers()) {
				server.keepAliveTimeout = KEEP_ALIVE_MS;
				server.headersTimeout = KEEP_ALIVE_MS + 1_000;
				clearInterval(keepAliveTimer);
			}
		}, 1_000);
		keepAliveTimer.unref();

		async function end() {
			if (isEnding) return;
			isEnding = true;
			setTimeout(() => process.exit(0), HARD_STOP_MS).unref();
			// remix-serve has already called server.close(), which never completes while an event stream is open.
			drainConnections(STREAM_RECONNECT_SPREAD_MS);
			for (const server of knownServers()) server.closeIdleConnections();
			await stopWorker(ANSWER_GRACE_MS);
			await stopPresence();
			await hub.stop();
			for (const server of knownServers()) server.closeAllConnections();
			process.exit(0);
		}
		for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void end());
		return { started };
	});
