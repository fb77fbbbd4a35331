import { MARK_START_PATTERN, type ReasoningMark, readMark } from "./reasoning-marks.ts";

/**
 * A result of the reasoning filter: text outside the reasoning; "cut" where reasoning began or ended; "void" when the
 * text since the last cut was reasoning, because its closing mark arrived without an opening mark.
 */
export type ReasoningEvent = { text: string } | "cut" | "void";

/**
 * Matches the beginning of reasoning by gpt-oss when its special tokens are missing, as in "analysisWe need to
 * …assistantfinalReturns take 30 days."
 */
const BARE_REASONING_PATTERN = /^\s*(?:assistant)?analysis(?=\p{Lu}|["'“])/u;
const BARE_FINAL_PATTERN = /^\s*(?:assistant)?final(?=\p{Lu}|["'“])/u;
const MESSAGE_HEADS_WITHOUT_TOKENS = ["assistantanalysis", "assistantfinal", "analysis", "final"];
const BARE_CLOSE_PATTERN = /assistant(?:final|(?=commentary to=))/;
const BARE_CLOSES = ["assistantfinal", "assistantcommentary to="];
/**
 * The incomplete head of a harmony message (OpenAI's gpt-oss format). The text after the head is not for the customer.
 */
const INCOMPLETE_HEAD_PATTERN = /^<\|(?:start|channel)\|>/i;

/** Removes the model's reasoning from streamed text. Only text that may begin a reasoning mark is held back. */
export class ReasoningFilter {
	#pending = "";
	#open: "mark" | "channel" | "bare" | null = null;
	#isStart = true;

	/** Whether the text so far ends inside the model's reasoning. */
	get isOpen(): boolean {
		return this.#open !== null;
	}

	push(piece: string): ReasoningEvent[] {
		this.#pending += piece;
		return this.#advance(false);
	}

	/**
	 * Ends the text.
	 * @returns the text that was held back, because it is not a reasoning mark.
	 */
	end(): ReasoningEvent[] {
		return this.#advance(true);
	}

	#advance(isFinal: boolean): ReasoningEvent[] {
		const events: ReasoningEvent[] = [];
		let text = "";
		const flush = () => {
			if (text !== "") events.push({ text });
			text = "";
		};
		const keep = (passed: string) => {
			if (this.#open === null) text += passed;
		};
		if (this.#isStart && !this.#readStart(isFinal)) return [];
		for (;;) {
			if (this.#open === "bare" && this.#readBareClose(isFinal)) events.push("cut");
			if (this.#open === "bare") break;
			const at = this.#pending.search(MARK_START_PATTERN);
			if (at === -1) {
				keep(this.#pending);
				this.#pending = "";
				break;
			}
			keep(this.#pending.slice(0, at));
			this.#pending = this.#pending.slice(at);
			const mark = readMark(this.#pending);
			if (mark === "wait" && !isFinal) break;
			if (mark === "wait" && INCOMPLETE_HEAD_PATTERN.test(this.#pending)) {
				this.#pending = "";
				break;
			}
			if (mark === null || mark === "wait") {
				keep(this.#pending.slice(0, 1));
				this.#pending = this.#pending.slice(1);
				continue;
			}
			this.#pending = this.#pending.slice(mark.length);
			const event = this.#apply(mark);
			if (event) {
				flush();
				events.push(event);
			}
			text += mark.text ?? "";
		}
		flush();
		return events;
	}

	#apply({ kind }: ReasoningMark): "cut" | "void" | null {
		const before = this.#open;
		if (kind === "open" || kind === "open-channel") {
			this.#open ??= kind === "open" ? "mark" : "channel";
			return before === null ? "cut" : null;
		}
		if (kind === "close") {
			this.#open = null;
			return before === null ? "void" : "cut";
		}
		if (kind === "end-channel" && before === "channel") {
			this.#open = null;
			return "cut";
		}
		return null;
	}

	/**
	 * Checks whether the text begins with a message head without special tokens, such as "analysis" or "final".
	 * @returns false while more text is needed.
	 */
	#readStart(isFinal: boolean): boolean {
		const begun = this.#pending.trimStart();
		if (!isFinal && MESSAGE_HEADS_WITHOUT_TOKENS.some((head) => head.startsWith(begun))) return false;
		this.#isStart = false;
		const thought = BARE_REASONING_PATTERN.exec(this.#pending);
		if (thought) this.#open = "bare";
		const head = thought ?? BARE_FINAL_PATTERN.exec(this.#pending);
		this.#pending = this.#pending.slice(head?.[0].length ?? 0);
		return true;
	}

	/**
	 * Drops reasoning without marks up to the head of the next message.
	 * @returns whether the reasoning has ended.
	 */
	#readBareClose(isFinal: boolean): boolean {
		const close = BARE_CLOSE_PATTERN.exec(this.#pending);
		if (!close) {
			const held = isFinal ? 0 : longestPartialEnd(this.#pending, BARE_CLOSES);
			this.#pending = this.#pending.slice(this.#pending.length - held);
			return false;
		}
		this.#pending = this.#pending.slice(close.index + close[0].length);
		this.#open = null;
		return true;
	}
}

/** Length of the longest end of `text` that is the beginning of one of `words`. */
function longestPartialEnd(text: string, words: string[]): number {
	const most = Math.max(...words.map((word) => word.length - 1));
	for (let length = Math.min(most, text.length); length > 0; length--) {
		const end = text.slice(text.length - length);
		if (words.some((word) => word.startsWith(end))) return length;
	}
	return 0;
}
