import type { Conversation } from "../conversation.ts";

/** Typing is believed this long, so that it cannot stick. */
const TYPING_EXPIRES_MS = 5_000;
/** Thinking is told again every 3 s while it lasts; a lost end of it must not stick either. */
const THINKING_EXPIRES_MS = 8_000;

/**
 * Takes typing and thinking away when nothing more is heard of them.
 * @param change applies a change to the conversation as it is by then.
 */
export function createExpiries(change: (change: Partial<Conversation>) => void) {
	let typing: ReturnType<typeof setTimeout> | undefined;
	let thinking: ReturnType<typeof setTimeout> | undefined;
	return {
		/** To be called when somebody was heard typing. */
		noteTyping() {
			clearTimeout(typing);
			typing = setTimeout(() => change({ typing: null }), TYPING_EXPIRES_MS);
		},
		/** To be called when thinking was said to be on or off. */
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
