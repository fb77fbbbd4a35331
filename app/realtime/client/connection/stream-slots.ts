import type { TabLocks } from "./tab-locks.ts";

/**
 * Number of event streams that a browser keeps open in all its tabs. Over HTTP/1.1 a browser has six connections to a
 * host, and two must remain for posts and page loads. Over HTTP/2 a browser has a hundred, and stream slots are not
 * used.
 */
const STREAM_SLOT_COUNT = 4;

/** Whether the page was loaded over HTTP/1.1, where open streams block other requests. */
export function areConnectionsLimited(): boolean {
	const [page] = performance.getEntriesByType("navigation") as PerformanceResourceTiming[];
	return !/^h[23]/.test(page?.nextHopProtocol ?? "");
}

/**
 * Acquires one of the browser's stream slots, and requests a slot again after losing one. A visible page without a
 * slot takes the slot of another tab.
 * @param options.onAcquired called with each acquired slot. @param options.onLost called when another tab took the
 * slot.
 * @param options.signal aborting it releases the slot.
 */
export function acquireStreamSlot(options: {
	locks: TabLocks;
	onAcquired: () => void;
	onLost: () => void;
	signal: AbortSignal;
}): void {
	const { locks, signal } = options;
	let ownSlot: string | null = null;
	let requests = new AbortController();

	function request(name: string, steal: boolean) {
		const { signal: whileRequesting } = requests;
		locks
			.request(name, steal ? { steal } : { signal: whileRequesting }, (lock) => onGranted(name, lock))
			.catch(() => {
				if (ownSlot !== name || signal.aborted) return;
				ownSlot = null;
				options.onLost();
				requestAny();
			});
	}

	function requestAny() {
		requests = new AbortController();
		for (let slot = 0; slot < STREAM_SLOT_COUNT; slot += 1) request(`mevi-stream ${slot}`, false);
	}

	function onGranted(name: string, lock: object | null): Promise<void> | undefined {
		if (lock === null || ownSlot !== null || signal.aborted) return undefined;
		ownSlot = name;
		requests.abort();
		options.onAcquired();
		return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
	}

	function onVisibility() {
		if (document.visibilityState !== "visible" || ownSlot !== null) return;
		request(`mevi-stream ${Math.floor(Math.random() * STREAM_SLOT_COUNT)}`, true);
	}

	globalThis.document?.addEventListener("visibilitychange", onVisibility);
	signal.addEventListener("abort", () => {
		requests.abort();
		globalThis.document?.removeEventListener("visibilitychange", onVisibility);
	});
	requestAny();
}
