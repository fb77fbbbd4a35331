import { startWorker } from "#app/jobs/worker.server.ts";
import { drainConnections } from "#app/realtime/connections.server.ts";
import { knownServers } from "#app/realtime/disconnect.server.ts";
import { hub } from "#app/realtime/hub.server.ts";
import { startPresence } from "#app/realtime/presence/leases.server.ts";
import { singleton } from "#app/singleton.server.ts";

/** Readers come back spread over this long, so that the next process is not stormed. */
const DRAIN_SPREAD_MS = 5_000;
/** Answers under way may take this long to end; later ones are begun again elsewhere. */
const ANSWER_GRACE_MS = 3_000;
/** Whatever is still open after this long is closed. */
const HARD_STOP_MS = 10_000;
/** Longer than the proxy in front keeps idle connections (60 to 75 s), or a POST meets a closing one. */
const KEEP_ALIVE_MS = 75_000;

/** Once per process: begins to listen and to answer, and ends in order on SIGTERM or SIGINT. */
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
			// remix-serve has called server.close() by now; it never completes while a stream is open.
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
