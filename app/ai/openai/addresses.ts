/**
 * Finds web and email addresses in a model's text, even when they are disguised with invisible characters, wide
 * letters, or unusual dots and slashes. Browsers read the disguised forms like the plain ones.
 */

/** Invisible characters: zero-width spaces and joiners, soft hyphens, direction marks, tags. */
const INVISIBLE_CHARACTERS =
	/[\u00ad\u180e\u200b\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;
/**
 * Invisible characters that some scripts and emoji need. After an ASCII character they have no use and can only
 * disguise an address.
 */
const INVISIBLE_AFTER_ASCII =
	/(^|[\x21\x22\x24-\x29\x2b-\x2f\x3a-\x7e])(?:\u034f|[\u180b-\u180d\u200c-\u200f]|[\ufe00-\ufe0f])+/g;

/**
 * Characters that look like a dot, a slash or a colon, and the plain character that each replaces. Each is one UTF-16
 * unit.
 */
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
/** The look-alikes of address characters and the wide forms of ASCII, as the content of a character class. */
export const LOOK_ALIKE_CLASS = `\\uff01-\\uff5e${Object.keys(LOOK_ALIKES).join("")}`;
const LOOK_ALIKE_CHARACTERS = new RegExp(`[${LOOK_ALIKE_CLASS}]`, "g");

/** Top-level domains by which a host without a scheme is recognised as an address. */
const TOP_LEVEL_DOMAINS =
	"com|net|org|info|biz|io|co|app|dev|xyz|online|site|shop|store|top|club|link|click|live|cloud|page|web|pro|zip|mov|example|test|invalid|onion|eu|uk|de|fr|es|it|pt|nl|be|at|ch|pl|se|no|dk|fi|cz|us|ca|au|in|jp|cn|kr|br|mx|ru|ua|tr|ai|gg|tk|ml|ly|cc|ws|pw|su|tv";

/**
 * Pattern for the labels of a host. A label has at most 63 characters (RFC 1035); the limit keeps matching one very
 * long word linear. ADDRESS_PATTERN matches: a scheme, `//` with either slash, `www.`, a host with a path, query or
 * fragment, a number as a host, and an email address or bare host with a known top-level domain.
 */
const HOST_LABELS = String.raw`(?:[a-z\d-]{1,63}\.){1,10}`;
const ADDRESS_PATTERN = new RegExp(
	[
		String.raw`(?:[a-z][a-z0-9+.-]{0,30}:)?[\\/]{2}\S+`,
		String.raw`(?:https?|ftp|wss?|javascript|vbscript|data|blob|file|mailto|tel|sms|intent):\S+`,
		String.raw`www\.\S+`,
		String.raw`${HOST_LABELS}[a-z]{2,20}[/?#]\S+`,
		String.raw`(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}[:/]\S*`,
		String.raw`(?:[\w.+-]{1,64}@)?${HOST_LABELS}(?:${TOP_LEVEL_DOMAINS})(?::\d+)?(?![\w@-]|\.[a-z\d])`,
	].join("|"),
	"gi",
);
const ADDRESS_START_PATTERN =
	/[\\/]{2}|www\.|(?:https?|ftp|wss?|javascript|vbscript|data|blob|file|mailto|tel|sms|intent):/i;

/** The start and end of an address in a text, without the punctuation after the address. */
export type FoundAddress = { from: number; to: number; address: string };

/** Finds the addresses in a word, reading the word as a browser would. The positions are those of the original word. */
export function findAddresses(word: string): FoundAddress[] {
	const found: FoundAddress[] = [];
	for (const match of replaceLookAlikes(word).matchAll(ADDRESS_PATTERN)) {
		const [tail = ""] = /(?<![.,;:!?)\]}'"*_>])[.,;:!?)\]}'"*_>]+$/.exec(match[0]) ?? [];
		const address = match[0].slice(0, match[0].length - tail.length);
		// In "…at the door.In winter" only a space is missing: a top-level domain is not capitalised, so this is no address.
		if (/\.[A-Z][a-z]+$/.test(address) && !/[/@:]/.test(address)) continue;
		found.push({ from: match.index, to: match.index + address.length, address });
	}
	return found;
}

/** Whether a word begins like an address. Everything from there to the next space then belongs to the address. */
export const beginsLikeAddress = (word: string): boolean =>
	ADDRESS_START_PATTERN.test(replaceLookAlikes(word));

const replaceLookAlikes = (text: string): string =>
	text.replace(
		LOOK_ALIKE_CHARACTERS,
		(sign) => LOOK_ALIKES[sign] ?? String.fromCharCode(sign.charCodeAt(0) - 0xff01 + 0x21),
	);

/** Removes invisible characters from streamed text, whose pieces may be cut at any place. */
export class InvisibleCharacterFilter {
	#last = "";
	#half = "";

	push(piece: string): string {
		let text = (this.#half + piece).replace(INVISIBLE_CHARACTERS, "");
		// Half a surrogate pair at the end of a piece may be the beginning of an invisible character.
		this.#half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? "";
		text = text.slice(0, text.length - this.#half.length);
		const isAfterLatin = /[\x21\x22\x24-\x29\x2b-\x2f\x3a-\x7e]/.test(this.#last);
		text = text.replace(INVISIBLE_AFTER_ASCII, (all, before: string, offset: number) =>
			before !== "" || (offset === 0 && isAfterLatin) ? before : all,
		);
		this.#last = text.at(-1) ?? this.#last;
		return text;
	}

	/**
	 * Ends the text.
	 * @returns half a surrogate pair whose other half did not arrive, else an empty text.
	 */
	end(): string {
		return this.#half;
	}
}
