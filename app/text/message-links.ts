/** Addresses in messages: what becomes a link, and where it ends. Only http, https and mailto ever do. */

/** A part of a text that is decided at once: code, an address, an escaped sign. */
export type Atom =
	| { kind: "text"; from: number; to: number; text: string }
	| { kind: "code"; from: number; to: number; text: string }
	| { kind: "link"; from: number; to: number; text: string; href: string };

/** Longest address, in UTF-16 units; what follows is text. */
const LONGEST = 2_000;
const ADDRESS = /(?:https?:\/\/|mailto:)[^\s<>"'`|\\^{}\p{Cf}\p{Cc}]{1,2000}/iuy;
const MARKED =
	/!?\[([^[\]\n]{1,300})\]\(((?:https?:\/\/|mailto:|\/(?![/\\]))[^\s()<>"'\\]{1,2000}(?:\([^\s()<>"'\\]{0,200}\)[^\s()<>"'\\]{0,200})?)\)/iy;
const END = /[.,;:!?'"»”’*_~)\]。，、！？；：…]/u;
const WORD = /[\p{L}\p{N}]/u;

/**
 * The address that begins at `from`, without the marks of the sentence after it. A bracket stays when it was opened
 * in the address.
 */
export function addressAt(text: string, from: number): Atom | null {
	if (from > 0 && WORD.test(text[from - 1] ?? "")) return null;
	ADDRESS.lastIndex = from;
	const found = ADDRESS.exec(text)?.[0].slice(0, LONGEST);
	if (found === undefined) return null;
	let opened = 0;
	for (const sign of found) opened += sign === "(" ? 1 : sign === ")" ? -1 : 0;
	let length = found.length;
	while (length > 0 && END.test(found[length - 1] ?? "")) {
		if (found[length - 1] === ")") {
			if (opened >= 0) break;
			opened++;
		}
		length--;
	}
	const address = found.slice(0, length);
	const href = safeHref(address);
	// What is no safe address is text as a whole, so that it is not looked at again from its middle.
	if (!href) return { kind: "text", from, to: from + found.length, text: found };
	return { kind: "link", from, to: from + length, text: address, href };
}

/** `[words](address)`; an image becomes its words. */
export function markedLinkAt(text: string, from: number): Atom | null {
	MARKED.lastIndex = from;
	const found = MARKED.exec(text);
	if (!found) return null;
	const [whole, words = "", target = ""] = found;
	const to = from + whole.length;
	if (whole.startsWith("!")) return { kind: "text", from, to, text: words };
	const href = target.startsWith("/") ? target : safeHref(target);
	if (!href) return null;
	// Words that look like an address could name another one than they lead to.
	const looksLikeAddress = /:\/\/|www\.|\w\.\w{2,}(?:\/|$)/i.test(words);
	return { kind: "link", from, to, text: looksLikeAddress ? target : words, href };
}

/** The address as a browser reads it, or null: another scheme, a name and password in it, or no address at all. */
function safeHref(address: string): string | null {
	if (!URL.canParse(address)) return null;
	const url = new URL(address);
	if (url.protocol === "mailto:") return /^[^\s@]+@[^\s@]+$/.test(url.pathname) ? url.href : null;
	const isWeb = url.protocol === "https:" || url.protocol === "http:";
	return isWeb && url.username === "" && url.password === "" && url.hostname.length > 1 ? url.href : null;
}
