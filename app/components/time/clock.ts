import { useSyncExternalStore } from "react";
import { usePageContext } from "#app/components/page-context.ts";
import type { ReaderLocale } from "./format-time.ts";

const MINUTE_MS = 60_000;

const clockListeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

function notifyClockListeners() {
	clearTimeout(timer);
	for (const listener of clockListeners) listener();
	timer = setTimeout(notifyClockListeners, MINUTE_MS - (Date.now() % MINUTE_MS));
}

/**
 * Registers a component for the shared timer, which updates every time text on the page. Browsers delay the timers of a
 * hidden page, so the listeners also run when the page becomes visible.
 */
function subscribeToClock(listener: () => void): () => void {
	clockListeners.add(listener);
	if (clockListeners.size === 1) {
		timer = setTimeout(notifyClockListeners, MINUTE_MS - (Date.now() % MINUTE_MS));
		document.addEventListener("visibilitychange", notifyClockListeners);
		window.addEventListener("pageshow", notifyClockListeners);
	}
	return () => {
		clockListeners.delete(listener);
		if (clockListeners.size > 0) return;
		clearTimeout(timer);
		document.removeEventListener("visibilitychange", notifyClockListeners);
		window.removeEventListener("pageshow", notifyClockListeners);
	};
}

const SNAPSHOT_OF_PRECISION = {
	minute: () => Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS,
	day: () => new Date().setHours(0, 0, 0, 0),
};
const serverTime = () => null;

/**
 * The present time and the viewer's time format. The server does not know the viewer's time zone, so it writes times in
 * UTC with the zone's name. The browser's first render repeats the server's text; later renders use the viewer's time
 * zone.
 * @param precision how exact `now` is; the component renders again when `now` changes.
 */
export function useClock(precision: "minute" | "day"): ReaderLocale {
	const { renderedAt } = usePageContext();
	const now = useSyncExternalStore<number | null>(
		subscribeToClock,
		SNAPSHOT_OF_PRECISION[precision],
		serverTime,
	);
	if (now !== null) return { now: new Date(now) };
	return {
		now: renderedAt ? new Date(renderedAt) : new Date(),
		timeZone: "UTC",
		locale: "en-GB",
		showsTimeZone: true,
	};
}
