/** A part of a text that is parsed as a unit: code, a URL or an escaped character. */
export type InlineAtom =
	| { kind: "text"; from: number; to: number; text: string }
	| { kind: "code"; from: number; to: number; text: string }
	| { kind: "link"; from: number; to: number; text: string; href: string };

/** Maximum length of a URL in a message, in UTF-16 units; the rest of a longer URL is plain text. */
const MAX_URL_LENGTH = 2_000;
const URL_PATTERN = /(?:https?:\/\/|mailto:)[^\s<>"'`|\\^{}\p{Cf}\p{Cc}]{1,2000}/iuy;
const MARKDOWN_LINK =
	/!?\[([^[\]\n]{1,300})\]\(((?:https?:\/\/|mailto:|\/(?![/\\]))[^\s()<>"'\\]{1,2000}(?:\([^\s()<>"'\\]{0,200}\)[^\s()<>"'\\]{0,200})?)\)/iy;
const URL_END = /[.,;:!?'"»”’*_~)\]。，、！？；：…]/u;
const WORD = /[\p{L}\p{N}]/u;

/**
 * The URL that begins at `from`, without the punctuation of the sentence after the URL. A closing bracket belongs to
 * the URL when it was opened in the URL.
 */
export function urlAt(text: string, from: number): InlineAtom | null {
	if (from > 0 && WORD.test(text[from - 1] ?? "")) return null;
	URL_PATTERN.lastIndex = from;
	const found = URL_PATTERN.exec(text)?.[0].slice(0, MAX_URL_LENGTH);
	if (found === undefined) return null;
	let opened = 0;
	for (const sign of found) opened += sign === "(" ? 1 : sign === ")" ? -1 : 0;
	let length = found.length;
	while (length > 0 && URL_END.test(found[length - 1] ?? "")) {
		if (found[length - 1] === ")") {
			if (opened >= 0) break;
			opened++;
		}
		length--;
	}
	const address = found.slice(0, length);
	const href = safeHref(address);
	// An unsafe URL becomes plain text as a whole, so that the parser does not look for another URL inside it.
	if (!href) return { kind: "text", from, to: from + found.length, text: found };
	return { kind: "link", from, to: from + length, text: address, href };
}

/** Parses `[text](url)`; an image in Markdown gives its description. */
export function markdownLinkAt(text: string, from: number): InlineAtom | null {
	MARKDOWN_LINK.lastIndex = from;
	const found = MARKDOWN_LINK.exec(text);
	if (!found) return null;
	const [whole, linkText = "", target = ""] = found;
	const to = from + whole.length;
	if (whole.startsWith("!")) return { kind: "text", from, to, text: linkText };
	const href = target.startsWith("/") ? target : safeHref(target);
	if (!href) return null;
	// Link text that looks like a URL is rejected, because it could show another URL than the link's target.
	const looksLikeAddress = /:\/\/|www\.|\w\.\w{2,}(?:\/|$)/i.test(linkText);
	return { kind: "link", from, to, text: looksLikeAddress ? target : linkText, href };
}

/**
 * The normalised URL of a link; null when the URL is invalid, has a scheme other than http, https or mailto, or
 * contains credentials.
 */
function safeHref(address: string): string | null {
	if (!URL.canParse(address)) return null;
	const url = new URL(address);
	if (url.protocol === "mailto:") return /^[^\s@]+@[^\s@]+$/.test(url.pathname) ? url.href : null;
	const isWeb = url.protocol === "https:" || url.protocol === "http:";
	return isWeb && url.username === "" && url.password === "" && url.hostname.length > 1 ? url.href : null;
}
