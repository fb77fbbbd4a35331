import { type CompositionEvent, type KeyboardEvent, useRef, useSyncExternalStore } from "react";

/** What browsers report for a key that an input method has used (UI Events, section 7.3.1). */
const PROCESSED_BY_INPUT_METHOD = 229;
/** The end of a composition and the key that ended it have the same time, or nearly; both come from one key press. */
const SAME_KEY_PRESS_MS = 50;

/** A keyboard on the screen has no comfortable Shift+Enter. A mouse or trackpad besides means a real keyboard. */
const TOUCH_ONLY = ["(pointer: coarse)", "(any-pointer: fine)"] as const;

/**
 * What Enter does in the composer: it sends, and with Shift it breaks the line. On a touch keyboard it breaks the
 * line, as it does without scripts; Ctrl+Enter and Cmd+Enter always send. While an input method composes a
 * character, Enter chooses it and never sends.
 *
 * @param onSend sends what is in the field.
 * @returns handlers for the field, and what its Enter key should be labelled with.
 */
export function useEnterKey(onSend: () => void) {
	const composedAt = useRef(Number.NEGATIVE_INFINITY);
	const breaksLine = useSyncExternalStore(watchPointers, isTouchOnly, () => true);

	function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
		if (event.key !== "Enter" || event.shiftKey) return;
		const { isComposing, keyCode, timeStamp } = event.nativeEvent;
		if (isComposing || keyCode === PROCESSED_BY_INPUT_METHOD) return;
		// Safari ends the composition before it reports the key that did so.
		if (timeStamp - composedAt.current < SAME_KEY_PRESS_MS) {
			event.preventDefault();
			return;
		}
		if (breaksLine && !event.ctrlKey && !event.metaKey) return;
		event.preventDefault();
		onSend();
	}

	function onCompositionEnd(event: CompositionEvent<HTMLTextAreaElement>) {
		composedAt.current = event.nativeEvent.timeStamp;
	}

	const hint: "enter" | "send" = breaksLine ? "enter" : "send";
	return { hint, handlers: { onKeyDown, onCompositionEnd } };
}

function isTouchOnly(): boolean {
	const [coarse, fine] = TOUCH_ONLY;
	return window.matchMedia(coarse).matches && !window.matchMedia(fine).matches;
}

function watchPointers(onChange: () => void): () => void {
	const queries = TOUCH_ONLY.map((query) => window.matchMedia(query));
	for (const query of queries) query.addEventListener("change", onChange);
	return () => {
		for (const query of queries) query.removeEventListener("change", onChange);
	};
}
