import type { EventConnection } from "./event-connection.ts";
import { openSharedConnection, type SharedConnectionOptions } from "./shared-connection.ts";

/** After the page was hidden for this time, the state of its connection is not trusted. */
const HIDDEN_LIMIT_MS = 30_000;

/**
 * Opens a connection that follows the lifecycle of its page. The connection is closed while the page is frozen or in
 * the back/forward cache, so that another tab can read. It is reopened when the page is visible again or the network
 * is back, because a browser may report a dead connection as open then.
 *
 * @param options.onBack called when the page is visible again or the network is back, so that waiting messages can be
 * sent.
 */
export function openPageConnection(
	options: SharedConnectionOptions & { onBack?: () => void },
): EventConnection {
	let connection: EventConnection | null = openSharedConnection(options);
	let hiddenAt = 0;

	function release() {
		connection?.close();
		connection = null;
	}

	function reopen() {
		if (connection) connection.reconnect();
		else connection = openSharedConnection(options);
		options.onBack?.();
	}

	function onVisibility() {
		if (document.visibilityState === "hidden") hiddenAt = Date.now();
		else if (Date.now() - hiddenAt > HIDDEN_LIMIT_MS) reopen();
		else void connection?.sync();
	}

	/**
	 * Closes the connection when the browser reports that it has no network, because an open stream would only become
	 * silent and seem alive for a while.
	 */
	function onOffline() {
		connection?.reconnect();
	}

	const onPageShow = (event: PageTransitionEvent) => {
		if (event.persisted) reopen();
	};

	document.addEventListener("visibilitychange", onVisibility);
	document.addEventListener("freeze", release);
	document.addEventListener("resume", reopen);
	window.addEventListener("pagehide", release);
	window.addEventListener("pageshow", onPageShow);
	window.addEventListener("online", reopen);
	window.addEventListener("offline", onOffline);

	return {
		sync: async () => (await connection?.sync()) ?? false,
		expect: (seq) => connection?.expect(seq),
		reconnect: () => connection?.reconnect(),
		close() {
			document.removeEventListener("visibilitychange", onVisibility);
			document.removeEventListener("freeze", release);
			document.removeEventListener("resume", reopen);
			window.removeEventListener("pagehide", release);
			window.removeEventListener("pageshow", onPageShow);
			window.removeEventListener("online", reopen);
			window.removeEventListener("offline", onOffline);
			release();
		},
	};
}
