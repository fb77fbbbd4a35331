/**
 * Calls back when the browser shows a page from before instead of asking the server: out of its back/forward cache
 * (`pageshow` with `persisted`), or, as Firefox does when a page had a stream open, out of its HTTP cache with a
 * navigation of type `back_forward`. What such a page shows may be out of date.
 * @returns how to stop.
 */
export function onRestored(callback: () => void): () => void {
	const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
	if (navigation?.type === "back_forward") callback();
	const onPageShow = (event: PageTransitionEvent) => {
		if (event.persisted) callback();
	};
	window.addEventListener("pageshow", onPageShow);
	return () => window.removeEventListener("pageshow", onPageShow);
}
