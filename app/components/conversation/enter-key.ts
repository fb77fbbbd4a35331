import { type CompositionEvent, type KeyboardEvent, useRef, useSyncExternalStore } from "react";

/** The `keyCode` that browsers report for a key that an input method (IME) has handled (UI Events, section 7.3.1). */
const INPUT_METHOD_KEY_CODE = 229;
/** Maximum milliseconds between the end of an input method's composition and the event of the key that ended it. */
const MAX_COMPOSITION_END_TO_KEY_MS = 50;

/** Media queries that together find a device with only a touch keyboard, which has no convenient Shift+Enter. */
const TOUCH_KEYBOARD_MEDIA_QUERIES = ["(pointer: coarse)", "(any-pointer: fine)"] as const;

/**
 * Decides what Enter does in the composer. Enter sends, and Shift+Enter breaks the line; on a touch keyboard Enter
 * breaks the line; Ctrl+Enter and Cmd+Enter always send. While an input method composes a character, Enter accepts the
 * character and never sends.
 * @param onSend sends the field's text.
 * @returns event handlers for the field, and the label of the Enter key on a touch keyboard.
 */
export function useEnterKey(onSend: () => void) {
	const composedAt = useRef(Number.NEGATIVE_INFINITY);
	const breaksLine = useSyncExternalStore(watchPointers, isTouchOnly, () => true);

	function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
		if (event.key !== "Enter" || event.shiftKey) return;
		const { isComposing, keyCode, timeStamp } = event.nativeEvent;
		if (isComposing || keyCode === INPUT_METHOD_KEY_CODE) return;
		// Safari reports the end of an input method's composition before the Enter key that ended it, so that Enter is
		// ignored.
		if (timeStamp - composedAt.current < MAX_COMPOSITION_END_TO_KEY_MS) {
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
	const [coarse, fine] = TOUCH_KEYBOARD_MEDIA_QUERIES;
	return window.matchMedia(coarse).matches && !window.matchMedia(fine).matches;
}

function watchPointers(onChange: () => void): () => void {
	const queries = TOUCH_KEYBOARD_MEDIA_QUERIES.map((query) => window.matchMedia(query));
	for (const query of queries) query.addEventListener("change", onChange);
	return () => {
		for (const query of queries) query.removeEventListener("change", onChange);
	};
}
