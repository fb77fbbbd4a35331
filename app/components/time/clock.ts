import { useSyncExternalStore } from "react";
import { usePageContext } from "#app/components/page-context.ts";
import type { Viewer } from "./format-time.ts";

const MINUTE_MS = 60_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

function tick() {
	clearTimeout(timer);
	for (const listener of listeners) listener();
	timer = setTimeout(tick, MINUTE_MS - (Date.now() % MINUTE_MS));
}

/**
 * One timer serves all times on the page. Timers of a hidden page are late, so it also fires when the page becomes
 * visible.
 */
function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	if (listeners.size === 1) {
		timer = setTimeout(tick, MINUTE_MS - (Date.now() % MINUTE_MS));
		document.addEventListener("visibilitychange", tick);
		window.addEventListener("pageshow", tick);
	}
	return () => {
		listeners.delete(listener);
		if (listeners.size > 0) return;
		clearTimeout(timer);
		document.removeEventListener("visibilitychange", tick);
		window.removeEventListener("pageshow", tick);
	};
}

const SNAPSHOT_OF_PRECISION = {
	minute: () => Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS,
	day: () => new Date().setHours(0, 0, 0, 0),
};
const serverTime = () => null;

/**
 * The present time and the viewer's time format. The server does not know the viewer's time zone: it writes UTC and
 * says so, and the browser's first render repeats exactly that text with the server's time.
 * @param precision how exact `now` is; the component renders again when it changes.
 */
export function useClock(precision: "minute" | "day"): Viewer {
	const { renderedAt } = usePageContext();
	const now = useSyncExternalStore<number | null>(subscribe, SNAPSHOT_OF_PRECISION[precision], serverTime);
	if (now !== null) return { now: new Date(now) };
	return {
		now: renderedAt ? new Date(renderedAt) : new Date(),
		timeZone: "UTC",
		locale: "en-GB",
		showsTimeZone: true,
	};
}
