import { MARK_BEGINS, type Mark, readMark } from "./thought-marks.ts";

/**
 * What has become of a piece: text outside any thought; "cut" where a thought began or ended; "void" when the text
 * since the last cut was a thought all along, since only its closing mark came.
 */
export type ThoughtEvent = { text: string } | "cut" | "void";

/** gpt-oss without its template's signs: "analysisWe need to …assistantfinalReturns take 30 days." */
const BARE_THOUGHT = /^\s*(?:assistant)?analysis(?=\p{Lu}|["'“])/u;
const BARE_FINAL = /^\s*(?:assistant)?final(?=\p{Lu}|["'“])/u;
const BARE_HEADS = ["assistantanalysis", "assistantfinal", "analysis", "final"];
const BARE_CLOSE = /assistant(?:final|(?=commentary to=))/;
const BARE_CLOSES = ["assistantfinal", "assistantcommentary to="];
/** A message head that never became whole; nothing after it is meant for the customer. */
const HALF_HEAD = /^<\|(?:start|channel)\|>/i;

/** Takes the thoughts out of a text as it arrives, holding back only what may be the beginning of a mark. */
export class ThoughtFilter {
	#pending = "";
	#open: "mark" | "channel" | "bare" | null = null;
	#isStart = true;

	/** Whether the text so far ends within a thought. */
	get isOpen(): boolean {
		return this.#open !== null;
	}

	push(piece: string): ThoughtEvent[] {
		this.#pending += piece;
		return this.#advance(false);
	}

	/** Gives the rest: what was held back is no mark. */
	end(): ThoughtEvent[] {
		return this.#advance(true);
	}

	#advance(isFinal: boolean): ThoughtEvent[] {
		const events: ThoughtEvent[] = [];
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
			const at = this.#pending.search(MARK_BEGINS);
			if (at === -1) {
				keep(this.#pending);
				this.#pending = "";
				break;
			}
			keep(this.#pending.slice(0, at));
			this.#pending = this.#pending.slice(at);
			const mark = readMark(this.#pending);
			if (mark === "wait" && !isFinal) break;
			if (mark === "wait" && HALF_HEAD.test(this.#pending)) {
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

	#apply({ kind }: Mark): "cut" | "void" | null {
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

	/** Looks at the very beginning for heads without signs. Returns false while it cannot tell. */
	#readStart(isFinal: boolean): boolean {
		const begun = this.#pending.trimStart();
		if (!isFinal && BARE_HEADS.some((head) => head.startsWith(begun))) return false;
		this.#isStart = false;
		const thought = BARE_THOUGHT.exec(this.#pending);
		if (thought) this.#open = "bare";
		const head = thought ?? BARE_FINAL.exec(this.#pending);
		this.#pending = this.#pending.slice(head?.[0].length ?? 0);
		return true;
	}

	/** Within such a thought: drops it up to the head of the next message. Returns whether it has ended. */
	#readBareClose(isFinal: boolean): boolean {
		const close = BARE_CLOSE.exec(this.#pending);
		if (!close) {
			const held = isFinal ? 0 : longestEnd(this.#pending, BARE_CLOSES);
			this.#pending = this.#pending.slice(this.#pending.length - held);
			return false;
		}
		this.#pending = this.#pending.slice(close.index + close[0].length);
		this.#open = null;
		return true;
	}
}

/** Length of the longest end of `text` that one of `words` begins with. */
function longestEnd(text: string, words: string[]): number {
	const most = Math.max(...words.map((word) => word.length - 1));
	for (let length = Math.min(most, text.length); length > 0; length--) {
		const end = text.slice(text.length - length);
		if (words.some((word) => word.startsWith(end))) return length;
	}
	return 0;
}
