import { hasVisibleText } from "#app/text/visible-text.ts";

/** After this many words in the same order as in the rules, the text is held back until it is decided. */
const MATCHING_WORDS_TO_HOLD_BACK = 4;
/** This many words cannot be a coincidence: the model quotes its rules. */
const MATCHING_WORDS_TO_REFUSE = 9;

/** The text that replaces quoted rules. */
const REFUSAL = "I don't share my instructions. What can I help you with?";

/**
 * Prevents a model from quoting its rules. It searches the streamed text for runs of words that are in the rules in
 * the same order. A long run ends the reply with REFUSAL; a short one is only held back until it ends. A paraphrase
 * or a translation of the rules is not recognised, so the rules must not contain secrets.
 */
export class PromptGuard {
	/** Positions of each word in the rules. */
	readonly #places = new Map<string, number[]>();
	readonly #words: string[];
	/** Position in the rules of each run's last word, with the length of the run. */
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

	/** True when the rules were quoted. */
	get isEchoed(): boolean {
		return this.#isEchoed;
	}

	/** Adds a piece. @returns the text that may be shown now, possibly empty. */
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

	/** @returns the rest of the text. */
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
		return this.#hasShown ? `\n\n${REFUSAL}` : REFUSAL;
	}
}
