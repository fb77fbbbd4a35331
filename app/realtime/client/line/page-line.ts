import type { EventLine } from "./event-line.ts";
import { openSharedLine, type SharedLineOptions } from "./shared-line.ts";

/** After this long out of sight what the line says about itself is not believed. */
const HIDDEN_LIMIT_MS = 30_000;

/**
 * The line of a page for as long as the page lives: let go of while the page is frozen or kept for going back,
 * so that another tab reads on, and begun anew at once when it is seen again or the network is back. What a
 * browser says of a connection after that is not to be trusted.
 *
 * @param options.onBack called when the page is back and what waited should be tried at once.
 */
export function openPageLine(options: SharedLineOptions & { onBack?: () => void }): EventLine {
	let line: EventLine | null = openSharedLine(options);
	let hiddenAt = 0;

	function leave() {
		line?.close();
		line = null;
	}

	function comeBack() {
		if (line) line.reconnect();
		else line = openSharedLine(options);
		options.onBack?.();
	}

	function onVisibility() {
		if (document.visibilityState === "hidden") hiddenAt = Date.now();
		else if (Date.now() - hiddenAt > HIDDEN_LIMIT_MS) comeBack();
		else void line?.sync();
	}

	/** The browser knows of no network: a stream that is open would fall silent and be believed for a while. */
	function onOffline() {
		line?.reconnect();
	}

	const onPageShow = (event: PageTransitionEvent) => {
		if (event.persisted) comeBack();
	};

	document.addEventListener("visibilitychange", onVisibility);
	document.addEventListener("freeze", leave);
	document.addEventListener("resume", comeBack);
	window.addEventListener("pagehide", leave);
	window.addEventListener("pageshow", onPageShow);
	window.addEventListener("online", comeBack);
	window.addEventListener("offline", onOffline);

	return {
		sync: async () => (await line?.sync()) ?? false,
		expect: (seq) => line?.expect(seq),
		reconnect: () => line?.reconnect(),
		close() {
			document.removeEventListener("visibilitychange", onVisibility);
			document.removeEventListener("freeze", leave);
			document.removeEventListener("resume", comeBack);
			window.removeEventListener("pagehide", leave);
			window.removeEventListener("pageshow", onPageShow);
			window.removeEventListener("online", comeBack);
			window.removeEventListener("offline", onOffline);
			leave();
		},
	};
}
