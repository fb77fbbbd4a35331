import type { Conversation } from "../conversation-state.ts";

/** Typing is shown for this time after the last signal, so that it cannot stay. */
const TYPING_EXPIRES_MS = 5_000;
/** Thinking is signalled every 3 s; it expires after this time, so that a lost end cannot leave it on. */
const THINKING_EXPIRES_MS = 8_000;

/**
 * Removes typing and thinking when no further signal arrives.
 * @param change applies a change to the then current state.
 */
export function createExpiries(change: (change: Partial<Conversation>) => void) {
	let typing: ReturnType<typeof setTimeout> | undefined;
	let thinking: ReturnType<typeof setTimeout> | undefined;
	return {
		/** To be called on each typing signal. */
		noteTyping() {
			clearTimeout(typing);
			typing = setTimeout(() => change({ typing: null }), TYPING_EXPIRES_MS);
		},
		/** To be called on each thinking signal. */
		noteThinking(isOn: boolean) {
			clearTimeout(thinking);
			if (isOn) thinking = setTimeout(() => change({ isThinking: false }), THINKING_EXPIRES_MS);
		},
		stop() {
			clearTimeout(typing);
			clearTimeout(thinking);
		},
	};
}
