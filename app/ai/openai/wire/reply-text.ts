import { MAX_ANSWER_CHARACTERS } from "../limits.ts";
import { beginsLikeReasoning } from "./reasoning-beginnings.ts";
import { type ReasoningEvent, ReasoningFilter } from "./reasoning-filter.ts";
import { TextCallFilter } from "./text-call-filter.ts";
import type { WrittenCall } from "./written-calls.ts";

/**
 * How a chunk changes the shown text. With `replacesAll`, `text` replaces all earlier text; otherwise it is appended.
 */
export type TextChange = { text: string; replacesAll: boolean };

/**
 * A model's text without reasoning and without tool calls written as text. The text only grows, with one exception: the
 * closing mark of reasoning without an opening mark removes the text before it.
 */
export class VisibleText {
	readonly #toolNames: readonly string[];
	readonly #filter = new ReasoningFilter();
	/**
	 * `#settled`: the text up to the last reasoning. `#open`: the text after the last reasoning, which may still turn out
	 * to be reasoning.
	 */
	#settled = "";
	#open = "";
	#calls: TextCallFilter;
	/** The tool calls that were written before the last reasoning; null when there were none. */
	#settledCalls: TextCallFilter | null = null;
	/**
	 * True: no text is returned before the closing mark of reasoning or the end of the reply, because this model's
	 * reasoning has no opening mark or the reply begins like reasoning. Null: not decided yet.
	 */
	#isHeld: boolean | null;
	#given = 0;
	#hasImplicitEnd = false;

	constructor(toolNames: readonly string[], { startsInThought }: { startsInThought: boolean }) {
		this.#toolNames = toolNames;
		this.#isHeld = startsInThought || null;
		this.#calls = new TextCallFilter(toolNames);
	}

	/** The whole text without reasoning and calls, up to the maximum length of an answer. */
	get text(): string {
		return (this.#settled + this.#open).slice(0, MAX_ANSWER_CHARACTERS);
	}

	/** Tool calls that the model wrote as text. Null when no call began, empty when no call could be parsed. */
	get calls(): WrittenCall[] | null {
		return (this.#settledCalls ?? this.#calls).found;
	}

	/** Whether reasoning without an opening mark has ended in this reply. */
	get hasImplicitEnd(): boolean {
		return this.#hasImplicitEnd;
	}

	/** Whether the text so far ends inside the model's reasoning. */
	get isInReasoning(): boolean {
		return this.#filter.isOpen;
	}

	/** Call it when the server sends the reasoning in a field of its own, so that the text contains no reasoning. */
	expectNoReasoning(): void {
		this.#isHeld = false;
	}

	push(piece: string): TextChange {
		return this.#take(this.#filter.push(piece));
	}

	/**
	 * Ends the text.
	 * @returns the text that was held back.
	 */
	end(): TextChange {
		const { text, replacesAll } = this.#take(this.#filter.end());
		this.#isHeld = false;
		this.#open += this.#calls.end();
		return { text: text + this.#giveOut(), replacesAll };
	}

	#take(events: ReasoningEvent[]): TextChange {
		let replacesAll = false;
		for (const event of events) {
			if (typeof event === "object") this.#takeText(event.text);
			else {
				if (event === "void") {
					this.#hasImplicitEnd = true;
					if (this.#given > this.#settled.length) replacesAll = true;
					this.#open = "";
				} else this.#settle();
				this.#calls = new TextCallFilter(this.#toolNames);
				this.#isHeld = false;
			}
		}
		if (replacesAll) this.#given = 0;
		return { text: this.#giveOut(), replacesAll };
	}

	#takeText(text: string): void {
		if (this.#settledCalls) this.#settledCalls.push(text);
		else this.#open += this.#calls.push(text);
	}

	#settle(): void {
		this.#open += this.#calls.end();
		if (this.#calls.hasBegun) this.#settledCalls ??= this.#calls;
		this.#settled += this.#open;
		this.#open = "";
	}

	#giveOut(): string {
		this.#isHeld ??= beginsLikeReasoning(this.text);
		if (this.#isHeld !== false) return "";
		const more = this.text.slice(this.#given);
		this.#given += more.length;
		return more;
	}
}
