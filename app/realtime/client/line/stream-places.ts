import type { TabLocks } from "./tab-locks.ts";

/**
 * Streams that a browser holds open over all its tabs. Over HTTP/1.1 it has six connections to a site, and two
 * must be left to send by and to load pages with; over HTTP/2 it has a hundred, and nobody has to ask.
 */
const PLACES = 4;

/** Whether streams take connections away from everything else. */
export function areConnectionsFew(): boolean {
	const [page] = performance.getEntriesByType("navigation") as PerformanceResourceTiming[];
	return !/^h[23]/.test(page?.nextHopProtocol ?? "");
}

/**
 * Asks for one of the browser's places for a stream, and asks again when it has been taken away. A page that
 * comes in sight without one takes any.
 * @param options.signal gives the place back.
 */
export function askForPlace(options: {
	locks: TabLocks;
	onHave: () => void;
	onLost: () => void;
	signal: AbortSignal;
}): void {
	const { locks, signal } = options;
	let mine: string | null = null;
	let asking = new AbortController();

	function ask(name: string, steal: boolean) {
		const { signal: whileAsking } = asking;
		locks
			.request(name, steal ? { steal } : { signal: whileAsking }, (lock) => grant(name, lock))
			.catch(() => {
				if (mine !== name || signal.aborted) return;
				mine = null;
				options.onLost();
				askForAny();
			});
	}

	function askForAny() {
		asking = new AbortController();
		for (let place = 0; place < PLACES; place += 1) ask(`mevi-stream ${place}`, false);
	}

	function grant(name: string, lock: object | null): Promise<void> | undefined {
		if (lock === null || mine !== null || signal.aborted) return undefined;
		mine = name;
		asking.abort();
		options.onHave();
		return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
	}

	function onVisibility() {
		if (document.visibilityState !== "visible" || mine !== null) return;
		ask(`mevi-stream ${Math.floor(Math.random() * PLACES)}`, true);
	}

	globalThis.document?.addEventListener("visibilitychange", onVisibility);
	signal.addEventListener("abort", () => {
		asking.abort();
		globalThis.document?.removeEventListener("visibilitychange", onVisibility);
	});
	askForAny();
}
