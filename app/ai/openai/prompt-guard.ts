import { hasVisibleText } from "#app/text/visible-text.ts";

/** From this many words in a row as they stand in the rules, what follows is held back until it is decided … */
const SUSPICIOUS_WORDS = 4;
/** … and this many are no chance: the rules are being read out. */
const ECHOED_WORDS = 9;

/** Said in place of the rules. */
const REFUSAL = "I don't share my instructions. What can I help you with?";

/**
 * Keeps a model from reading its rules out. Watches the text as it streams for runs of words that stand in the
 * rules in the same order; when one is long, the answer ends there with a refusal. Other words flow unhindered,
 * and a short run is only held until it breaks. What a model says of its rules in words of its own, or in
 * another language, cannot be told apart from talk: nothing secret belongs in the rules.
 */
export class PromptGuard {
	/** Places of each word in the rules. */
	readonly #places = new Map<string, number[]>();
	readonly #words: string[];
	/** Ends of the runs that the last word belongs to, each with its length. */
	#runs = new Map<number, number>();
	#held = "";
	#word = "";
	#hasShown = false;
	#isEchoed = false;
	#longest = 0;

	/** @param rules the text to be kept; formatting and case do not matter. */
	constructor(rules: string) {
		this.#words = rules.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
		for (const [place, word] of this.#words.entries()) {
			this.#places.set(word, [...(this.#places.get(word) ?? []), place]);
		}
	}

	/** True once the rules were being read out. */
	get isEchoed(): boolean {
		return this.#isEchoed;
	}

	/** Takes the next piece and returns what may be shown of all that is held, possibly nothing. */
	push(piece: string): string {
		let shown = "";
		for (const character of piece) {
			if (this.#isEchoed) break;
			this.#held += character;
			if (/[\p{L}\p{N}]/u.test(character)) this.#word += character;
			else this.#endWord();
			if (this.#longest < SUSPICIOUS_WORDS) shown += this.#release();
			if (this.#isEchoed) shown += this.#refuse();
		}
		return shown;
	}

	/** Returns the rest. */
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
		if (this.#longest >= ECHOED_WORDS) this.#isEchoed = true;
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
