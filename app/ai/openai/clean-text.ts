import { beginsLikeAddress, findAddresses, InvisibleCharacterFilter, LOOK_ALIKE_CLASS } from "./addresses.ts";

/** Callbacks of the class that cleans a model's text (TextCleaner). */
export type CleanTextOptions = {
	/** Whether the text may contain this web or email address. Every other address is removed. */
	isAllowedUrl: (url: string) => boolean;
	/** Called for each citation of a source. */
	onCitation: (number: number) => void;
	/** Called when the model wrote the mark for "I do not know". */
	onUnknown: () => void;
};

/**
 * A decided part of the model's text: its length, and the text that is shown for it. `isCut`: something was removed.
 * `isSeam`: something was removed around the text that stays.
 */
type CleanedPart = { length: number; text: string; isCut: boolean; isSeam?: boolean };

/**
 * Longest construct such as a link, in characters. A bracket that is still open after this length is shown as it is.
 */
const MAX_CONSTRUCT_CHARACTERS = 2_000;

const CITATION_PATTERN =
	/^(?:(?:refs?|passages?|sources?|docs?)[.:]?\s*)?\^?\d{1,3}(?:\s*[,;–-]\s*(?:refs?\s*)?\^?\d{1,3})*$/i;
/** Matches a run of ASCII characters and of characters that look like them, without spaces. */
const ASCII_WORD = new RegExp(`^(?:(?!!\\[)[\\p{ASCII}${LOOK_ALIKE_CLASS}](?<![\\s[<]))+`, "u");
const ADDRESS_CHARACTER = new RegExp(`[\\w.:/\\\\@%\\-${LOOK_ALIKE_CLASS}]`);
const OTHER_WORD = new RegExp(`^[^\\p{ASCII}\\s【${LOOK_ALIKE_CLASS}]+`, "u");

/**
 * Cleans a model's text while it streams. Citation marks such as `[2]` are reported and removed. All images are
 * removed, and so is every address that is not allowed: the model may have invented the address, or a message may have
 * planted it to send data to another server. An unfinished construct is held back until it is decided, so the cleaner
 * never removes text that was shown.
 */
export class TextCleaner {
	readonly #options: CleanTextOptions;
	readonly #seen = new InvisibleCharacterFilter();
	#pending = "";
	/** White space that is not shown yet. It is dropped when the text after it is removed. */
	#gap = "";
	#hasCut = false;
	/** True when text was removed since the last shown text, so that the next text must not be joined to the shown one. */
	#isSeam = false;
	#lastShown = "";

	constructor(options: CleanTextOptions) {
		this.#options = options;
	}

	/**
	 * Adds a piece of the model's text.
	 * @returns the text that is decided now, possibly empty.
	 */
	push(piece: string): string {
		// Postgres cannot store NUL characters.
		this.#pending += this.#seen.push(piece.replaceAll("\0", ""));
		return this.#advance(false);
	}

	/**
	 * Ends the text.
	 * @returns the text that was held back; an unfinished construct is shown as plain text.
	 */
	end(): string {
		this.#pending += this.#seen.end();
		return this.#advance(true);
	}

	#advance(isFinal: boolean): string {
		let shown = "";
		for (;;) {
			const space = /^\s*/.exec(this.#pending)?.[0] ?? "";
			const body = this.#pending.slice(space.length);
			const part = body === "" ? null : this.#read(body, isFinal);
			// Postgres cannot store half a surrogate pair in JSON.
			if (!part) return shown.replace(/\p{Surrogate}/gu, "\ufffd");
			this.#pending = body.slice(part.length);
			shown += this.#join(space, part);
		}
	}

	/** Joins a part to the shown text. The space before a removed mark is removed too, but never a line break. */
	#join(space: string, part: CleanedPart): string {
		const gap = this.#gap.includes("\n") && !space.includes("\n") ? this.#gap : space || this.#gap;
		const blank = part.isCut && !gap.includes("\n") ? "" : gap;
		this.#isSeam ||= part.isCut || part.isSeam === true;
		if (part.text === "") {
			this.#hasCut ||= blank !== gap;
			this.#gap = blank;
			return "";
		}
		const needsBlank =
			blank === "" &&
			(((this.#hasCut || blank !== gap) && /^[\p{L}\p{N}([]/u.test(part.text)) ||
				(this.#isSeam && couldFormAddress(this.#lastShown, part.text)));
		const lead = this.#lastShown === "" ? "" : blank || (needsBlank ? " " : "");
		this.#gap = "";
		this.#hasCut = false;
		this.#isSeam = part.isCut || part.isSeam === true;
		this.#lastShown = part.text.at(-1) ?? "";
		return lead + part.text;
	}

	/**
	 * Decides the construct at the start of `body`, such as a link or a word.
	 * @returns null while more text could change the construct.
	 */
	#read(body: string, isFinal: boolean): CleanedPart | null {
		const canWait = !isFinal && body.length < MAX_CONSTRUCT_CHARACTERS;
		if (body.startsWith("![")) return this.#readBracket(body, 1, canWait);
		if (body.startsWith("[")) return this.#readBracket(body, 0, canWait);
		if (body.startsWith("【")) return this.#readLenticular(body, canWait);
		if (body.startsWith("<")) return this.#readAngle(body, canWait);
		return this.#readWord(body, isFinal);
	}

	#readBracket(body: string, start: 0 | 1, canWait: boolean): CleanedPart | null {
		const close = findClosingBracket(body, start, "[", "]");
		if (close === "open" && canWait) return null;
		if (typeof close === "string") return { length: start + 1, text: "[", isCut: false };
		const after = body[close + 1];
		if (after === undefined && canWait) return null;
		const inner = body.slice(start + 1, close);
		let length = close + 1;
		let target: string | null = null;
		if (after === "(") {
			const end = findClosingBracket(body, close + 1, "(", ")");
			if (end === "open" && canWait) return null;
			if (typeof end === "number") {
				target = /^\s*<?([^\s>]*)/.exec(body.slice(close + 2, end))?.[1] ?? "";
				length = end + 1;
			}
		}
		if (this.#isMark(inner)) return { length, text: "", isCut: true };
		// Images are removed even when their address is allowed: a browser loads an image without a click, so its address
		// could send data.
		if (start === 1) return { length, text: "", isCut: true };
		if (target === null) return { length, text: `[${this.#cleanInner(inner)}]`, isCut: false };
		if (this.#options.isAllowedUrl(target)) {
			return { length, text: `[${this.#cleanInner(inner)}](${target})`, isCut: false };
		}
		return { length, text: this.#cleanInner(inner), isCut: false, isSeam: true };
	}

	/**
	 * Reports the content of a bracket as a citation or as the mark for "I do not know".
	 * @returns whether `inner` was one of the two.
	 */
	#isMark(inner: string): boolean {
		const text = inner.trim();
		if (/^unknown$/i.test(text)) {
			this.#options.onUnknown();
			return true;
		}
		if (!CITATION_PATTERN.test(text)) return false;
		for (const [, from, to] of text.matchAll(/(\d+)(?:\s*[–-]\s*\^?(\d+))?/g)) {
			for (let number = Number(from); number <= Number(to ?? from); number++)
				this.#options.onCitation(number);
		}
		return true;
	}

	/** Reads a citation in the style of OpenAI's own models: 【2†source】. */
	#readLenticular(body: string, canWait: boolean): CleanedPart | null {
		const mark = /^【([^】]*)】/.exec(body);
		if (!mark) return canWait ? null : { length: 1, text: "【", isCut: false };
		const number = /\d+/.exec(mark[1] ?? "")?.[0];
		if (number) this.#options.onCitation(Number(number));
		return { length: mark[0].length, text: "", isCut: true };
	}

	/** Reads an HTML tag, which is never shown, or a link such as `<https://…>`. */
	#readAngle(body: string, canWait: boolean): CleanedPart | null {
		if (body.length === 1 && canWait) return null;
		const tag = /^<([\p{L}/!][^<>\n]*)>/u.exec(body);
		if (!tag) {
			const isOpen = canWait && /^<[\p{L}/!][^<>\n]*$/u.test(body);
			return isOpen ? null : { length: 1, text: "<", isCut: false };
		}
		const address = tag[1] ?? "";
		const isLink = !/\s/.test(address) && this.#options.isAllowedUrl(address);
		return { length: tag[0].length, text: isLink ? address : "", isCut: !isLink };
	}

	/**
	 * Reads a word: a run of ASCII characters and characters that look like them, or a run of other characters, so that
	 * scripts without spaces are shown without delay. A word that begins like an address ends at the next space.
	 */
	#readWord(body: string, isFinal: boolean): CleanedPart | null {
		const other = OTHER_WORD.exec(body)?.[0];
		if (other !== undefined) return { length: other.length, text: other, isCut: false };
		let word = ASCII_WORD.exec(body)?.[0] ?? body.slice(0, 1);
		if (beginsLikeAddress(word)) word = /^(?:(?!!\[)[^\s[【<])+/.exec(body)?.[0] ?? word;
		// The word may still grow, or its last character may begin an image.
		if (word.length === body.length && !isFinal) return null;
		return this.#settleWord(word);
	}

	#settleWord(word: string): CleanedPart {
		let text = "";
		let end = 0;
		for (const { from, to, address } of findAddresses(word)) {
			if (this.#options.isAllowedUrl(address)) continue;
			text += word.slice(end, from);
			end = to;
		}
		if (end === 0) return { length: word.length, text: word, isCut: false };
		// Removing an address may join the rest of the word into another address, as in "here.evil.examplehttps://x".
		text = this.#settleWord(text + word.slice(end)).text;
		const rest = /[\p{L}\p{N}]/u.test(text) ? text : (/(?<![.,!?])[.,!?]+$/.exec(text)?.[0] ?? "");
		return { length: word.length, text: rest, isCut: true };
	}

	#cleanInner(inner: string): string {
		if (!/[[\]<!:/.【]/.test(inner)) return inner;
		const cleaner = new TextCleaner(this.#options);
		return cleaner.push(inner) + cleaner.end();
	}
}

/** Whether two pieces without a space between them could be read as one address, such as "evil.exa" and "mple/x". */
function couldFormAddress(before: string, after: string): boolean {
	return (
		ADDRESS_CHARACTER.test(before) && ADDRESS_CHARACTER.test(after[0] ?? "") && /[\p{L}\p{N}/\\]/u.test(after)
	);
}

/**
 * Finds the index of the bracket that closes the bracket at `start`. Nested pairs are counted.
 * @returns "open" while the bracket may still arrive; "never" after a blank line or MAX_CONSTRUCT_CHARACTERS
 * characters.
 */
function findClosingBracket(
	text: string,
	start: number,
	open: string,
	close: string,
): number | "open" | "never" {
	let depth = 0;
	for (let index = start; index < text.length; index++) {
		if (index > MAX_CONSTRUCT_CHARACTERS) return "never";
		if (text[index] === "\n" && /^\n[ \t]*\n/.test(text.slice(index, index + 80))) return "never";
		if (text[index] === open) depth++;
		else if (text[index] === close && --depth === 0) return index;
	}
	return "open";
}
