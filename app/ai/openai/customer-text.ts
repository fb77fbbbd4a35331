import { hasVisibleText } from "#app/text/visible-text.ts";
import type { OnText } from "../answer.ts";
import { LONGEST_TEXT } from "./limits.ts";

/** The words of an answer as the customer sees them, and the way back to where the model's newest reply began. */
export class ShownText {
	readonly #onText: OnText;
	#text = "";
	#replyAt = 0;
	/** The newest reply as long as nobody would see anything of it: shown with its first visible character. */
	#invisible = "";
	/** Where the next words belong, while some that are void are still shown after it. */
	#takenBackTo: number | undefined;

	constructor(onText: OnText) {
		this.#onText = onText;
	}

	get text(): string {
		return this.#text;
	}

	/** What the newest reply of the model has said. */
	get ofReply(): string {
		return this.#text.slice(this.#replyAt);
	}

	/** Where that begins, in UTF-16 units. */
	get replyAt(): number {
		return this.#replyAt;
	}

	beginReply(): void {
		this.#replyAt = this.#text.length;
		this.#invisible = "";
	}

	/**
	 * Adds words, set off from an earlier reply's, as long as there is room. A reply without a visible character is
	 * not an answer, so nothing of a reply is shown before its first one.
	 */
	add(piece: string): void {
		const words = this.ofReply === "" ? (this.#invisible + piece).slice(0, LONGEST_TEXT) : piece;
		if (words === "") return;
		if (this.ofReply === "" && !hasVisibleText(words)) {
			this.#invisible = words;
			return;
		}
		const joined = this.ofReply === "" && this.#text !== "" ? `\n\n${words}` : words;
		this.#invisible = "";
		const shown = joined.slice(0, LONGEST_TEXT - this.#text.length).replace(/[\ud800-\udbff]$/, "");
		if (shown === "") return;
		this.#text += shown;
		this.#onText(shown, this.#takenBackTo);
		this.#takenBackTo = undefined;
	}

	/** Makes the words of the newest reply void. They stay before the customer until there are better ones. */
	takeBack(): void {
		this.#invisible = "";
		if (this.ofReply === "") return;
		this.#text = this.#text.slice(0, this.#replyAt);
		this.#takenBackTo ??= this.#replyAt;
	}

	/** To be called when nothing more comes: void words that nothing has replaced go now. */
	end(): void {
		if (this.#takenBackTo !== undefined) this.#onText("", this.#takenBackTo);
		this.#takenBackTo = undefined;
	}
}
