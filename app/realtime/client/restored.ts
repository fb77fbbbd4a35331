/**
 * Calls back when the browser shows an old page without asking the server: from its back/forward cache (`pageshow`
 * with `persisted`) or, as Firefox does when a page had a stream open, from its HTTP cache with a navigation of type
 * `back_forward`. Such a page may be out of date.
 * @returns a function that stops watching.
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
