import { LONGEST_TEXT } from "../limits.ts";
import type { WrittenCall } from "./call-text.ts";
import { TextCalls } from "./text-calls.ts";
import { beginsLikeThought } from "./thought-beginnings.ts";
import { type ThoughtEvent, ThoughtFilter } from "./thoughts.ts";

/** What a chunk adds to the text. With `isVoid` the words before are void and `text` is all there is. */
export type Heard = { text: string; isVoid: boolean };

/**
 * What is left of a model's text without its thoughts and without calls written as text. It grows as the text
 * arrives. Only one thing takes words back: a mark that closes a thought which had no opening mark.
 */
export class VisibleText {
	readonly #toolNames: readonly string[];
	readonly #filter = new ThoughtFilter();
	/** The text up to the last thought, and after it: the latter may still turn out to be a thought. */
	#settled = "";
	#open = "";
	#calls: TextCalls;
	/** Calls from before the last thought. */
	#settledCalls: TextCalls | null = null;
	/**
	 * Nothing is given out before a closing mark or the end: this model's thoughts have no opening mark, or the reply
	 * begins as thoughts do. Null while that is not known.
	 */
	#isHeld: boolean | null;
	#given = 0;
	#hasImplicitEnd = false;

	constructor(toolNames: readonly string[], { startsInThought }: { startsInThought: boolean }) {
		this.#toolNames = toolNames;
		this.#isHeld = startsInThought || null;
		this.#calls = new TextCalls(toolNames);
	}

	/** All of it, at most as long as a message may be. */
	get text(): string {
		return (this.#settled + this.#open).slice(0, LONGEST_TEXT);
	}

	/** Calls written as text; null when there was no sign of any, empty when none could be read. */
	get calls(): WrittenCall[] | null {
		return (this.#settledCalls ?? this.#calls).found;
	}

	/** Whether a thought ended that had no opening mark. */
	get hasImplicitEnd(): boolean {
		return this.#hasImplicitEnd;
	}

	/** Whether the text so far ends within a thought. */
	get isInThought(): boolean {
		return this.#filter.isOpen;
	}

	/** Thoughts come in a field of their own, so none will come in the text. */
	hearOfThoughts(): void {
		this.#isHeld = false;
	}

	push(piece: string): Heard {
		return this.#take(this.#filter.push(piece));
	}

	/** To be called when nothing more comes: gives out what was held back. */
	end(): Heard {
		const { text, isVoid } = this.#take(this.#filter.end());
		this.#isHeld = false;
		this.#open += this.#calls.end();
		return { text: text + this.#giveOut(), isVoid };
	}

	#take(events: ThoughtEvent[]): Heard {
		let isVoid = false;
		for (const event of events) {
			if (typeof event === "object") this.#takeText(event.text);
			else {
				if (event === "void") {
					this.#hasImplicitEnd = true;
					if (this.#given > this.#settled.length) isVoid = true;
					this.#open = "";
				} else this.#settle();
				this.#calls = new TextCalls(this.#toolNames);
				this.#isHeld = false;
			}
		}
		if (isVoid) this.#given = 0;
		return { text: this.#giveOut(), isVoid };
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
		this.#isHeld ??= beginsLikeThought(this.text);
		if (this.#isHeld !== false) return "";
		const more = this.text.slice(this.#given);
		this.#given += more.length;
		return more;
	}
}
