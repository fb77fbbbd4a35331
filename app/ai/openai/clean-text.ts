import { beginsAddress, findAddresses, LOOK_ALIKE_CLASS, UnseenFilter } from "./addresses.ts";

/** What the cleaner asks of its owner while it reads. */
export type CleanTextOptions = {
	/** True when retrieval returned this address; every other link is removed. */
	isAllowedUrl: (url: string) => boolean;
	/** The model cited this number. */
	onCitation: (number: number) => void;
	/** The model wrote the mark that says it does not know. */
	onUnknown: () => void;
};

/**
 * `length` of the input is settled, and `text` is what the customer sees of it. At a seam something was taken
 * away around the text that stays.
 */
type Part = { length: number; text: string; isCut: boolean; isSeam?: boolean };

/** Longest construct worth waiting for; a bracket that is still open after this is only a bracket. */
const LONGEST_CONSTRUCT = 2_000;

const CITATION =
	/^(?:(?:refs?|passages?|sources?|docs?)[.:]?\s*)?\^?\d{1,3}(?:\s*[,;–-]\s*(?:refs?\s*)?\^?\d{1,3})*$/i;
/** What makes up a word of ASCII, its look-alikes among it; and a run of anything else. */
const ASCII_WORD = new RegExp(`^(?:(?!!\\[)[\\p{ASCII}${LOOK_ALIKE_CLASS}](?<![\\s[<]))+`, "u");
const ADDRESS_SIGN = new RegExp(`[\\w.:/\\\\@%\\-${LOOK_ALIKE_CLASS}]`);
const OTHER_WORD = new RegExp(`^[^\\p{ASCII}\\s【${LOOK_ALIKE_CLASS}]+`, "u");

/**
 * Reads a model's text as it arrives and gives back what may be shown: citation marks such as `[2]` are
 * reported and taken out, images go, and so does every link that retrieval did not return (an address made
 * up by the model, or planted in a message to carry data away). A construct that has begun is held back
 * until it is decided, so nothing shown is ever taken back.
 */
export class TextCleaner {
	readonly #options: CleanTextOptions;
	readonly #seen = new UnseenFilter();
	#pending = "";
	/** White space read but not shown yet: dropped when what follows it is taken out. */
	#gap = "";
	#hasCut = false;
	/** Something was taken out since the last words, so that what follows must not grow together with them. */
	#isSeam = false;
	#lastShown = "";

	constructor(options: CleanTextOptions) {
		this.#options = options;
	}

	/** Takes the next piece and returns what has become certain, possibly nothing. */
	push(piece: string): string {
		// Postgres refuses NUL in text.
		this.#pending += this.#seen.push(piece.replaceAll("\0", ""));
		return this.#advance(false);
	}

	/** Returns the rest; what is still open is read as plain text. */
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
			// Postgres refuses half a surrogate pair in JSON as it refuses NUL.
			if (!part) return shown.replace(/\p{Surrogate}/gu, "\ufffd");
			this.#pending = body.slice(part.length);
			shown += this.#join(space, part);
		}
	}

	/** A removed mark takes the blank before it along, but never a line break. */
	#join(space: string, part: Part): string {
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
				(this.#isSeam && growsTogether(this.#lastShown, part.text)));
		const lead = this.#lastShown === "" ? "" : blank || (needsBlank ? " " : "");
		this.#gap = "";
		this.#hasCut = false;
		this.#isSeam = part.isCut || part.isSeam === true;
		this.#lastShown = part.text.at(-1) ?? "";
		return lead + part.text;
	}

	/** Decides the construct at the start of `body`; null while more text could change it. */
	#read(body: string, isFinal: boolean): Part | null {
		const canWait = !isFinal && body.length < LONGEST_CONSTRUCT;
		if (body.startsWith("![")) return this.#readBracket(body, 1, canWait);
		if (body.startsWith("[")) return this.#readBracket(body, 0, canWait);
		if (body.startsWith("【")) return this.#readLenticular(body, canWait);
		if (body.startsWith("<")) return this.#readAngle(body, canWait);
		return this.#readWord(body, isFinal);
	}

	#readBracket(body: string, start: 0 | 1, canWait: boolean): Part | null {
		const close = closing(body, start, "[", "]");
		if (close === "open" && canWait) return null;
		if (typeof close === "string") return { length: start + 1, text: "[", isCut: false };
		const after = body[close + 1];
		if (after === undefined && canWait) return null;
		const inner = body.slice(start + 1, close);
		let length = close + 1;
		let target: string | null = null;
		if (after === "(") {
			const end = closing(body, close + 1, "(", ")");
			if (end === "open" && canWait) return null;
			if (typeof end === "number") {
				target = /^\s*<?([^\s>]*)/.exec(body.slice(close + 2, end))?.[1] ?? "";
				length = end + 1;
			}
		}
		if (this.#isMark(inner)) return { length, text: "", isCut: true };
		// An image loads without a click, so even an allowed address could carry something away.
		if (start === 1) return { length, text: "", isCut: true };
		if (target === null) return { length, text: `[${this.#cleanInner(inner)}]`, isCut: false };
		if (this.#options.isAllowedUrl(target)) {
			return { length, text: `[${this.#cleanInner(inner)}](${target})`, isCut: false };
		}
		return { length, text: this.#cleanInner(inner), isCut: false, isSeam: true };
	}

	/** Reports a citation or the unknown mark, and says whether it was one. */
	#isMark(inner: string): boolean {
		const text = inner.trim();
		if (/^unknown$/i.test(text)) {
			this.#options.onUnknown();
			return true;
		}
		if (!CITATION.test(text)) return false;
		for (const [, from, to] of text.matchAll(/(\d+)(?:\s*[–-]\s*\^?(\d+))?/g)) {
			for (let number = Number(from); number <= Number(to ?? from); number++)
				this.#options.onCitation(number);
		}
		return true;
	}

	/** OpenAI's own models sometimes cite in their house style: 【2†source】. */
	#readLenticular(body: string, canWait: boolean): Part | null {
		const mark = /^【([^】]*)】/.exec(body);
		if (!mark) return canWait ? null : { length: 1, text: "【", isCut: false };
		const number = /\d+/.exec(mark[1] ?? "")?.[0];
		if (number) this.#options.onCitation(Number(number));
		return { length: mark[0].length, text: "", isCut: true };
	}

	/** HTML tags are never shown; `<https://…>` is a link like any other. */
	#readAngle(body: string, canWait: boolean): Part | null {
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
	 * A word is a run of ASCII (and what looks like it) or a run of anything else, so that scripts that write without blanks flow
	 * freely; an ASCII run that starts an address takes in all that follows up to the next blank.
	 */
	#readWord(body: string, isFinal: boolean): Part | null {
		const other = OTHER_WORD.exec(body)?.[0];
		if (other !== undefined) return { length: other.length, text: other, isCut: false };
		let word = ASCII_WORD.exec(body)?.[0] ?? body.slice(0, 1);
		if (beginsAddress(word)) word = /^(?:(?!!\[)[^\s[【<])+/.exec(body)?.[0] ?? word;
		// At the end of what has arrived it may still grow, or its last sign may begin an image.
		if (word.length === body.length && !isFinal) return null;
		return this.#settleWord(word);
	}

	#settleWord(word: string): Part {
		let text = "";
		let end = 0;
		for (const { from, to, address } of findAddresses(word)) {
			if (this.#options.isAllowedUrl(address)) continue;
			text += word.slice(end, from);
			end = to;
		}
		if (end === 0) return { length: word.length, text: word, isCut: false };
		// What an address grown onto another was hiding: "here.evil.examplehttps://x" leaves one behind.
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

/** Whether two pieces with nothing between them could be read as one address: "evil.exa" and "mple/x". */
function growsTogether(before: string, after: string): boolean {
	return ADDRESS_SIGN.test(before) && ADDRESS_SIGN.test(after[0] ?? "") && /[\p{L}\p{N}/\\]/u.test(after);
}

/**
 * Index of the sign that closes the one at `start`, counting nested pairs; "open" while it may still come,
 * "never" when a blank line or too much text has passed.
 */
function closing(text: string, start: number, open: string, close: string): number | "open" | "never" {
	let depth = 0;
	for (let index = start; index < text.length; index++) {
		if (index > LONGEST_CONSTRUCT) return "never";
		if (text[index] === "\n" && /^\n[ \t]*\n/.test(text.slice(index, index + 80))) return "never";
		if (text[index] === open) depth++;
		else if (text[index] === close && --depth === 0) return index;
	}
	return "open";
}
