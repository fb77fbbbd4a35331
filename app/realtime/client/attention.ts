/** After a key, click, touch or scroll, a page without focus counts as attended for this time. */
const INTERACTION_MS = 30_000;
/** Browser events that show that somebody uses the page. `wheel` also reaches a window that does not have the focus. */
const INTERACTION_EVENTS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;
/** Shortest time between two reported interactions, because a mouse wheel sends hundreds of events. */
const THROTTLE_MS = 1_000;

/**
 * Watches whether somebody is at the page: the page is visible, and has the focus or was used within the last 30
 * seconds (for example with the mouse wheel). Visibility alone is not enough, because a window beside another one is
 * visible and perhaps not read.
 * @param onAttention called when somebody may have returned to the page.
 */
export function watchAttention(onAttention: () => void) {
	let usedAt = Number.NEGATIVE_INFINITY;
	let reportedAt = Number.NEGATIVE_INFINITY;

	const isAttentive = () =>
		document.visibilityState === "visible" &&
		(document.hasFocus() || performance.now() - usedAt < INTERACTION_MS);

	function onInteraction(event: Event) {
		// Events that a script dispatched (not trusted) are ignored.
		if (!event.isTrusted) return;
		usedAt = performance.now();
		if (usedAt - reportedAt < THROTTLE_MS) return;
		reportedAt = usedAt;
		onAttention();
	}
	/** Called when the page loses the focus: the user went to another window, so earlier interactions no longer count. */
	function onBlur() {
		usedAt = Number.NEGATIVE_INFINITY;
	}
	function onChange() {
		if (isAttentive()) onAttention();
	}

	return {
		isAttentive,
		start() {
			for (const name of INTERACTION_EVENTS) window.addEventListener(name, onInteraction, { passive: true });
			window.addEventListener("blur", onBlur);
			window.addEventListener("focus", onChange);
			document.addEventListener("visibilitychange", onChange);
		},
		stop() {
			for (const name of INTERACTION_EVENTS) window.removeEventListener(name, onInteraction);
			window.removeEventListener("blur", onBlur);
			window.removeEventListener("focus", onChange);
			document.removeEventListener("visibilitychange", onChange);
		},
	};
}
