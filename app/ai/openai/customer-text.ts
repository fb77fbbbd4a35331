import { hasVisibleText } from "#app/text/visible-text.ts";
import type { OnText } from "../answer.ts";
import { MAX_ANSWER_CHARACTERS } from "./limits.ts";

/** The text of an answer as the customer sees it. The text of the model's newest reply can be removed again. */
export class CustomerText {
	readonly #onText: OnText;
	#text = "";
	#replyAt = 0;
	/** The text of the newest reply while it has no visible character. */
	#invisible = "";
	/** Position where the next text is written, while removed text is still shown after this position. */
	#takenBackTo: number | undefined;

	constructor(onText: OnText) {
		this.#onText = onText;
	}

	get text(): string {
		return this.#text;
	}

	/** The text of the model's newest reply. */
	get replyText(): string {
		return this.#text.slice(this.#replyAt);
	}

	/** Position in the answer where the newest reply begins, in UTF-16 units. */
	get replyAt(): number {
		return this.#replyAt;
	}

	beginReply(): void {
		this.#replyAt = this.#text.length;
		this.#invisible = "";
	}

	/**
	 * Adds text of the model up to the length limit of an answer, with a blank line between two replies. A reply is not
	 * shown before its first visible character, because a reply without a visible character is not an answer.
	 */
	add(piece: string): void {
		const words = this.replyText === "" ? (this.#invisible + piece).slice(0, MAX_ANSWER_CHARACTERS) : piece;
		if (words === "") return;
		if (this.replyText === "" && !hasVisibleText(words)) {
			this.#invisible = words;
			return;
		}
		const joined = this.replyText === "" && this.#text !== "" ? `\n\n${words}` : words;
		this.#invisible = "";
		const shown = joined.slice(0, MAX_ANSWER_CHARACTERS - this.#text.length).replace(/[\ud800-\udbff]$/, "");
		if (shown === "") return;
		this.#text += shown;
		this.#onText(shown, this.#takenBackTo);
		this.#takenBackTo = undefined;
	}

	/** Removes the newest reply from the answer. The customer still sees the reply's text until other text replaces it. */
	removeReply(): void {
		this.#invisible = "";
		if (this.replyText === "") return;
		this.#text = this.#text.slice(0, this.#replyAt);
		this.#takenBackTo ??= this.#replyAt;
	}

	/** Ends the answer. Removed text that no other text has replaced disappears now. */
	end(): void {
		if (this.#takenBackTo !== undefined) this.#onText("", this.#takenBackTo);
		this.#takenBackTo = undefined;
	}
}
