import { knownServers } from "#app/http/raw-handler/raw-handler.server.ts";
import { startWorker } from "#app/jobs/worker.server.ts";
import { drainConnections } from "#app/realtime/connections.server.ts";
import { hub } from "#app/realtime/hub.server.ts";
import { startPresence } from "#app/realtime/presence/leases.server.ts";
import { singleton } from "#app/singleton.server.ts";

/** Milliseconds over which closed streams reconnect, so that the next process does not get them all at once. */
const DRAIN_SPREAD_MS = 5_000;
/** Milliseconds that answers in progress may take to finish; other processes write the rest again. */
const ANSWER_GRACE_MS = 3_000;
/** Milliseconds after which everything that is still open is closed. */
const HARD_STOP_MS = 10_000;
/**
 * Longer than proxies keep idle connections (60 to 75 s); otherwise a POST may arrive on a connection that is
 * closing.
 */
const KEEP_ALIVE_MS = 75_000;

/** Starts the process's background work once, and drains the process on SIGTERM or SIGINT. */
export const boot = () =>
	singleton("boot", () => {
		const started = hub.start();
		started.catch(() => {});
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
			// remix-serve has called server.close(), which never completes while a stream is open.
			drainConnections(DRAIN_SPREAD_MS);
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
