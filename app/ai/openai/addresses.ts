/**
 * Recognises addresses in a model's text, written plainly or made to look like something else: with signs nobody
 * sees, in wide letters, with other dots and slashes. A browser's address bar reads all of these alike.
 */

/** Signs without a shape: zero-width spaces and joiners of words, soft hyphens, changes of direction, tags. */
const UNSEEN = /[\u00ad\u180e\u200b\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;
/** Signs that some scripts and emoji need, and that only hide something behind a Latin letter. */
const UNSEEN_AFTER_LATIN =
	/(^|[\x21\x22\x24-\x29\x2b-\x2f\x3a-\x7e])(?:\u034f|[\u180b-\u180d\u200c-\u200f]|[\ufe00-\ufe0f])+/g;

/** Wide forms of ASCII, and what looks like a dot, a slash or a colon: one UTF-16 unit each, as what they stand for. */
const LOOK_ALIKES: Record<string, string> = {
	"\u2024": ".",
	"\u3002": ".",
	"\uff61": ".",
	"\ufe52": ".",
	"\u2044": "/",
	"\u2215": "/",
	"\u29f8": "/",
	"\u2236": ":",
	"\ua789": ":",
	"\ufe55": ":",
};
/** The same as a class for regular expressions: what belongs to a word as ASCII does. */
export const LOOK_ALIKE_CLASS = `\\uff01-\\uff5e${Object.keys(LOOK_ALIKES).join("")}`;
const LOOK_ALIKE = new RegExp(`[${LOOK_ALIKE_CLASS}]`, "g");

/** Ends of names that people take for an address also without anything after them. */
const ENDINGS =
	"com|net|org|info|biz|io|co|app|dev|xyz|online|site|shop|store|top|club|link|click|live|cloud|page|web|pro|zip|mov|example|test|invalid|onion|eu|uk|de|fr|es|it|pt|nl|be|at|ch|pl|se|no|dk|fi|cz|us|ca|au|in|jp|cn|kr|br|mx|ru|ua|tr|ai|gg|tk|ml|ly|cc|ws|pw|su|tv";

/**
 * A scheme, `//` in either slash, `www.`, a host followed by a path, query or fragment, a number as a host, and
 * an e-mail address or bare host with a known ending.
 */
/** Bounded, or one endless word is read again from each of its letters. A label has at most 63 characters (RFC 1035). */
const LABELS = String.raw`(?:[a-z\d-]{1,63}\.){1,10}`;
const LINK = new RegExp(
	[
		String.raw`(?:[a-z][a-z0-9+.-]{0,30}:)?[\\/]{2}\S+`,
		String.raw`(?:https?|ftp|wss?|javascript|vbscript|data|blob|file|mailto|tel|sms|intent):\S+`,
		String.raw`www\.\S+`,
		String.raw`${LABELS}[a-z]{2,20}[/?#]\S+`,
		String.raw`(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}[:/]\S*`,
		String.raw`(?:[\w.+-]{1,64}@)?${LABELS}(?:${ENDINGS})(?::\d+)?(?![\w@-]|\.[a-z\d])`,
	].join("|"),
	"gi",
);
const LINK_START =
	/[\\/]{2}|www\.|(?:https?|ftp|wss?|javascript|vbscript|data|blob|file|mailto|tel|sms|intent):/i;

/** Where an address stands in a text, without the marks of a sentence that follow it. */
export type FoundAddress = { from: number; to: number; address: string };

/** Addresses in a word, looked for as a browser would read it; places are those of the word as it is. */
export function findAddresses(word: string): FoundAddress[] {
	const found: FoundAddress[] = [];
	for (const match of fold(word).matchAll(LINK)) {
		const [tail = ""] = /(?<![.,;:!?)\]}'"*_>])[.,;:!?)\]}'"*_>]+$/.exec(match[0]) ?? [];
		const address = match[0].slice(0, match[0].length - tail.length);
		// "…at the door.In winter" lacks a blank; a host's ending is not written like the start of a sentence.
		if (/\.[A-Z][a-z]+$/.test(address) && !/[/@:]/.test(address)) continue;
		found.push({ from: match.index, to: match.index + address.length, address });
	}
	return found;
}

/** Whether a word is beginning to be an address, so that all that follows up to the next blank belongs to it. */
export const beginsAddress = (word: string): boolean => LINK_START.test(fold(word));

const fold = (text: string): string =>
	text.replace(
		LOOK_ALIKE,
		(sign) => LOOK_ALIKES[sign] ?? String.fromCharCode(sign.charCodeAt(0) - 0xff01 + 0x21),
	);

/** Takes out of a stream what nobody sees. Pieces may be cut anywhere. */
export class UnseenFilter {
	#last = "";
	#half = "";

	push(piece: string): string {
		let text = (this.#half + piece).replace(UNSEEN, "");
		// Half of a pair may be the beginning of one of them.
		this.#half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? "";
		text = text.slice(0, text.length - this.#half.length);
		const isAfterLatin = /[\x21\x22\x24-\x29\x2b-\x2f\x3a-\x7e]/.test(this.#last);
		text = text.replace(UNSEEN_AFTER_LATIN, (all, before: string, offset: number) =>
			before !== "" || (offset === 0 && isAfterLatin) ? before : all,
		);
		this.#last = text.at(-1) ?? this.#last;
		return text;
	}

	/** Half of a pair whose other half never came. */
	end(): string {
		return this.#half;
	}
}
