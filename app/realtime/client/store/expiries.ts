import type { Conversation } from "../conversation-state.ts";

/** "Typing" is shown for this time after the last typing signal, so that a lost end cannot leave it on. */
const TYPING_EXPIRES_MS = 5_000;
/**
 * "Thinking" is shown for this time after the last thinking signal (one every 3 s), so that a lost end cannot leave
 * it on.
 */
const THINKING_EXPIRES_MS = 8_000;

/**
 * Creates timers that remove "typing" and "thinking" from the shown state when no further signal arrives.
 * @param change applies a change to the state that is current at that time.
 */
export function createExpiries(change: (change: Partial<Conversation>) => void) {
	let typing: ReturnType<typeof setTimeout> | undefined;
	let thinking: ReturnType<typeof setTimeout> | undefined;
	return {
		/** Restarts the time of "typing"; called on each typing signal. */
		noteTyping() {
			clearTimeout(typing);
			typing = setTimeout(() => change({ typing: null }), TYPING_EXPIRES_MS);
		},
		/** Restarts the time of "thinking"; called on each thinking signal. */
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
