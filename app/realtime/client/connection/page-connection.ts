import type { EventConnection } from "./event-connection.ts";
import { openSharedConnection, type SharedConnectionOptions } from "./shared-connection.ts";

/** After the page was hidden for this time, the state of its connection is not trusted. */
const HIDDEN_LIMIT_MS = 30_000;

/**
 * Ties a connection to the lifecycle of its page. It is closed while the page is frozen or in the back/forward cache, so
 * that another tab can read, and reopened at once when the page is visible again or the network is back, because a
 * browser's state of a connection is not reliable then.
 *
 * @param options.onBack called when the page is back and waiting messages should be sent.
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

	/** The browser has no network: an open stream would become silent and be trusted for a while. */
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
