import { hasVisibleText } from "#app/text/visible-text.ts";

/** Number of words in the same order as in the prompt's rules from which text is held back until the run of words ends. */
const MATCHING_WORDS_TO_HOLD_BACK = 4;
/** Number of words in the same order as in the prompt's rules from which the model certainly quotes the rules. */
const MATCHING_WORDS_TO_REFUSE = 9;

/** The text that replaces a quote of the prompt's rules. */
const PROMPT_REFUSAL_TEXT = "I don't share my instructions. What can I help you with?";

/**
 * Prevents a model from quoting the rules in its prompt. The guard searches the streamed text for runs of words that
 * are in the rules in the same order. A long run ends the reply with PROMPT_REFUSAL_TEXT; a short run is only held back until it
 * ends. A paraphrase or a translation of the rules is not recognised, so the rules must not contain secrets.
 */
export class PromptGuard {
	/** All positions of each word in the prompt's rules. */
	readonly #places = new Map<string, number[]>();
	readonly #words: string[];
	/** For each run of matching words: the position of its last word in the rules, and its length. */
	#runs = new Map<number, number>();
	#held = "";
	#word = "";
	#hasShown = false;
	#isEchoed = false;
	#longest = 0;

	/** @param rules the protected text; formatting and case do not matter. */
	constructor(rules: string) {
		this.#words = rules.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
		for (const [place, word] of this.#words.entries()) {
			this.#places.set(word, [...(this.#places.get(word) ?? []), place]);
		}
	}

	/** True when the model quoted the prompt's rules. */
	get isEchoed(): boolean {
		return this.#isEchoed;
	}

	/**
	 * Adds a piece of the model's text.
	 * @returns the text that may be shown now, possibly empty.
	 */
	push(piece: string): string {
		let shown = "";
		for (const character of piece) {
			if (this.#isEchoed) break;
			this.#held += character;
			if (/[\p{L}\p{N}]/u.test(character)) this.#word += character;
			else this.#endWord();
			if (this.#longest < MATCHING_WORDS_TO_HOLD_BACK) shown += this.#release();
			if (this.#isEchoed) shown += this.#refuse();
		}
		return shown;
	}

	/**
	 * Ends the text.
	 * @returns the text that was held back.
	 */
	end(): string {
		if (this.#isEchoed) return "";
		this.#endWord();
		return this.#isEchoed ? this.#refuse() : this.#release();
	}

	#endWord(): void {
		if (this.#word === "") return;
		const word = this.#word.toLowerCase();
		this.#word = "";
		const runs = new Map<number, number>();
		for (const place of this.#places.get(word) ?? []) runs.set(place, (this.#runs.get(place - 1) ?? 0) + 1);
		this.#runs = runs;
		this.#longest = Math.max(0, ...runs.values());
		if (this.#longest >= MATCHING_WORDS_TO_REFUSE) this.#isEchoed = true;
	}

	#release(): string {
		const shown = this.#held;
		this.#held = "";
		this.#hasShown ||= hasVisibleText(shown);
		return shown;
	}

	#refuse(): string {
		this.#held = "";
		return this.#hasShown ? `\n\n${PROMPT_REFUSAL_TEXT}` : PROMPT_REFUSAL_TEXT;
	}
}
