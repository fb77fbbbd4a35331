/** After the last key, click, touch or scroll somebody is taken to be at a page without focus for this long. */
const INTERACTION_MS = 30_000;
/** `wheel` also reaches a window that does not have the focus. */
const INTERACTIONS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;
/** An event at most this often is passed on, since a wheel sends hundreds. */
const PASS_ON_MS = 1_000;

/**
 * Whether somebody is at the page: it is visible, and it has the focus or was used within the last 30 seconds, as
 * by a wheel, without having it. A
 * window that is open beside the one somebody works in is visible and not read.
 * @param onCome called when somebody may have come to the page.
 */
export function watchAttention(onCome: () => void) {
	let usedAt = Number.NEGATIVE_INFINITY;
	let passedOnAt = Number.NEGATIVE_INFINITY;

	const isThere = () =>
		document.visibilityState === "visible" &&
		(document.hasFocus() || performance.now() - usedAt < INTERACTION_MS);

	function onInteraction(event: Event) {
		// Scripts can send events too.
		if (!event.isTrusted) return;
		usedAt = performance.now();
		if (usedAt - passedOnAt < PASS_ON_MS) return;
		passedOnAt = usedAt;
		onCome();
	}
	/** They have gone to another window; what they did here before does not count any more. */
	function onBlur() {
		usedAt = Number.NEGATIVE_INFINITY;
	}
	function onChange() {
		if (isThere()) onCome();
	}

	return {
		isThere,
		start() {
			for (const name of INTERACTIONS) window.addEventListener(name, onInteraction, { passive: true });
			window.addEventListener("blur", onBlur);
			window.addEventListener("focus", onChange);
			document.addEventListener("visibilitychange", onChange);
		},
		stop() {
			for (const name of INTERACTIONS) window.removeEventListener(name, onInteraction);
			window.removeEventListener("blur", onBlur);
			window.removeEventListener("focus", onChange);
			document.removeEventListener("visibilitychange", onChange);
		},
	};
}
