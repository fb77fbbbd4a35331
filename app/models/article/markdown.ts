import MarkdownIt from "markdown-it";

/**
 * Parses an article's Markdown into tokens for the help page, the search index and the assistant's quotes. HTML in
 * Markdown is not text: comments, scripts and styles are removed, <br> breaks the line, and of other HTML elements only
 * the content stays. A tag that HTML does not define, such as <your name>, stays as written.
 */

type Parser = InstanceType<typeof MarkdownIt>;
export type MarkdownToken = ReturnType<Parser["parse"]>[number];

// The parser's rule for HTML blocks is off, so tags are inline and the Markdown between two tags is parsed.
const markdown = new MarkdownIt("commonmark", { html: true }).enable("table").disable("html_block");

/**
 * The names of all HTML elements, obsolete ones included
 * (https://html.spec.whatwg.org/multipage/indices.html#elements-3).
 */
const HTML_ELEMENTS = new Set(
	`a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas caption center
	cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font
	footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li
	link main map mark marquee menu meta meter nav nobr noframes noscript object ol optgroup option output p param picture
	pre progress q rp rt ruby s samp script search section select slot small source span strike strong style sub summary
	sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr`.split(
		/\s+/,
	),
);
/** HTML elements that start a new line. */
const BLOCK_ELEMENTS = new Set(
	`address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure footer
	form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table tbody tfoot thead tr ul`.split(
		/\s+/,
	),
);
/** HTML elements whose content is not shown to readers. */
const UNRENDERED_ELEMENTS = "script|style|template|svg";
const isUnrendered = new RegExp(`^(?:${UNRENDERED_ELEMENTS})$`);

markdown.core.ruler.push("html_to_text", (state) => {
	const leftOut = (state.env as ParseEnvironment).leftOut ?? new Set<string>();
	promoteHeadings(state.tokens);
	for (const token of state.tokens) {
		if (token.type === "inline" && token.children) {
			token.children = removeTags(token.children, (type, tag) => new state.Token(type, tag, 0), leftOut);
		}
	}
	state.tokens = state.tokens.filter((_, index) => !isInEmptyParagraph(state.tokens, index));
});
// All HTML tokens are removed before rendering. If an HTML token remains, it is escaped and shown as text.
markdown.renderer.rules.html_inline = (tokens, index) =>
	markdown.utils.escapeHtml(tokens[index]?.content ?? "");

type ParseEnvironment = { leftOut?: Set<string> };

/**
 * Parses an article's Markdown into tokens.
 * @param leftOut receives the names of HTML elements whose tags were removed.
 */
export function parseMarkdown(body: string, leftOut?: Set<string>): MarkdownToken[] {
	return markdown.parse(body, { leftOut } satisfies ParseEnvironment);
}

/** Renders Markdown tokens as HTML for the help page. */
export function renderMarkdown(tokens: MarkdownToken[]): string {
	return markdown.renderer.render(tokens, markdown.options, {});
}

/**
 * Returns the text of an inline Markdown token without formatting. The text of links and the description of images
 * stay.
 * @param options.keepsBreaks true keeps hard line breaks, as in addresses; otherwise they become spaces.
 */
export function plainText(token: MarkdownToken | undefined, { keepsBreaks = false } = {}): string {
	let text = "";
	for (const child of token?.children ?? []) {
		if (child.type === "hardbreak" && keepsBreaks) text += "\n";
		else if (child.type === "softbreak" || child.type === "hardbreak") text += " ";
		else if (child.type === "image" || child.type === "text" || child.type === "code_inline") {
			text += child.content.replace(/\s+/g, " ");
		}
	}
	return text
		.split("\n")
		.map((line) => line.replace(/\s+/g, " ").trim())
		.join("\n")
		.trim();
}

/** Turns a line that is one HTML heading, as in READMEs with a centred title, into a Markdown heading. */
function promoteHeadings(tokens: MarkdownToken[]): void {
	for (const [index, open] of tokens.entries()) {
		const inline = tokens[index + 1];
		const close = tokens[index + 2];
		if (open.type !== "paragraph_open" || inline?.type !== "inline" || !close) continue;
		const level = /^<(h[1-6])[\s>]/i.exec(inline.children?.[0]?.content ?? "")?.[1]?.toLowerCase();
		const last = inline.children?.at(-1);
		if (!level || last?.type !== "html_inline" || !last.content.toLowerCase().startsWith(`</${level}`))
			continue;
		Object.assign(open, { type: "heading_open", tag: level, hidden: false });
		Object.assign(close, { type: "heading_close", tag: level, hidden: false });
	}
}

function removeTags(
	children: MarkdownToken[],
	create: (type: string, tag: string) => MarkdownToken,
	leftOut: Set<string>,
): MarkdownToken[] {
	const kept: MarkdownToken[] = [];
	/** Name of the HTML element whose content is being removed; null outside one. */
	let unread: string | null = null;
	const addText = (content: string) => kept.push(Object.assign(create("text", ""), { content }));
	const addBreak = () => {
		while (kept.at(-1)?.type === "softbreak") kept.pop();
		if (kept.length > 0 && kept.at(-1)?.type !== "hardbreak") kept.push(create("hardbreak", "br"));
	};
	for (const child of children) {
		const tag = child.type === "html_inline" ? /^<(\/?)([a-z][a-z0-9-]*)/i.exec(child.content) : null;
		const name = tag?.[2]?.toLowerCase() ?? "";
		if (unread !== null) {
			if (tag?.[1] && name === unread) unread = null;
		} else if (child.type !== "html_inline") {
			const isAtBreak = kept.length === 0 || kept.at(-1)?.type === "hardbreak";
			if (child.type !== "softbreak" || !isAtBreak) kept.push(child);
		} else if (!tag) {
			// The token is an HTML comment, a declaration or a processing instruction.
		} else if (!HTML_ELEMENTS.has(name) && !name.includes("-")) addText(child.content);
		else {
			if (name !== "br") leftOut.add(name);
			if (isUnrendered.test(name) && !tag[1] && !child.content.endsWith("/>")) unread = name;
			else if (name === "img")
				addText(/\balt\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(child.content)?.slice(1).find(Boolean) ?? "");
			else if (BLOCK_ELEMENTS.has(name)) addBreak();
			else if (/^t[dh]$/.test(name) && tag[1]) addText(" ");
		}
	}
	while (/^(?:hard|soft)break$/.test(kept.at(-1)?.type ?? "")) kept.pop();
	return kept;
}

function isInEmptyParagraph(tokens: MarkdownToken[], index: number): boolean {
	const start = [index, index - 1, index - 2].find((at) => tokens[at]?.type === "paragraph_open");
	if (start === undefined || tokens[start + 2]?.type !== "paragraph_close") return false;
	const inline = tokens[start + 1];
	return plainText(inline) === "" && !inline?.children?.some(({ type }) => type === "image");
}

/** An HTML comment or element without an end; `line` is the line where it begins, counted from 1. */
export type UnclosedPart = { line: number; what: string };

const HIDDEN_PART_START = new RegExp(`<!--|<(${UNRENDERED_ELEMENTS})(?=[\\s/>])`, "gi");

/**
 * Removes HTML comments, scripts and styles from Markdown, but not inside code. A comment or element without an end
 * hides the rest of the text, as in a browser, and is reported in `unclosed`.
 */
export function removeHiddenParts(source: string): { text: string; unclosed: UnclosedPart | null } {
	let text = source;
	let from = 0;
	for (;;) {
		const code = codeRanges(text);
		/** The parts of the Markdown text that stay. */
		const pieces: string[] = [];
		let end = 0;
		let isStale = false;
		let next = 0;
		HIDDEN_PART_START.lastIndex = from;
		for (let match = HIDDEN_PART_START.exec(text); match && !isStale; match = HIDDEN_PART_START.exec(text)) {
			const start = match.index;
			while (next < code.length && (code[next]?.end ?? 0) <= start) next++;
			const range = code[next];
			if (range && range.start <= start) HIDDEN_PART_START.lastIndex = range.end;
			else if (!isEscaped(text, start)) {
				const close = hiddenPartEnd(text, start, match[1]);
				pieces.push(text.slice(end, start));
				if (close === -1) {
					const line = text.slice(0, start).split("\n").length;
					const what = match[1] ? `<${match[1].toLowerCase()}>` : "a comment (<!--)";
					return { text: pieces.join(""), unclosed: { line, what } };
				}
				end = close;
				HIDDEN_PART_START.lastIndex = close;
				// Backticks inside a removed part may have changed where later code begins, so the ranges of code are computed
				// again.
				isStale = range !== undefined && range.start < close;
			}
		}
		const head = pieces.join("");
		if (end === 0) return { text, unclosed: null };
		text = head + text.slice(end);
		if (!isStale) return { text, unclosed: null };
		from = head.length;
	}
}

/** The end of the HTML comment or element that begins at `start`; -1 when it has no end. */
function hiddenPartEnd(text: string, start: number, element: string | undefined): number {
	if (element) {
		const close = new RegExp(`</${element}\\s*>`, "gi");
		close.lastIndex = start;
		return close.exec(text) ? close.lastIndex : -1;
	}
	// In HTML, `<!-->` and `<!--->` are complete comments.
	const short = /^<!---?>/.exec(text.slice(start, start + 6));
	if (short) return start + short[0].length;
	const close = text.indexOf("-->", start + 4);
	return close === -1 ? -1 : close + 3;
}

function isEscaped(text: string, at: number): boolean {
	let backslashes = 0;
	while (text[at - 1 - backslashes] === "\\") backslashes++;
	return backslashes % 2 === 1;
}

/** Finds the ranges of code in a Markdown text, in order: code blocks, and backtick spans within one block of text. */
function codeRanges(text: string): { start: number; end: number }[] {
	const lines = text.split("\n");
	const offsets = [0];
	for (const line of lines) offsets.push((offsets.at(-1) ?? 0) + line.length + 1);
	const ranges: { start: number; end: number }[] = [];
	for (const token of markdown.parse(text, {})) {
		if (!token.map) continue;
		const start = offsets[token.map[0]] ?? 0;
		const end = Math.min(offsets[token.map[1]] ?? text.length, text.length);
		if (token.type === "fence" || token.type === "code_block") ranges.push({ start, end });
		else if (token.type === "inline" || token.type === "tr_open") ranges.push(...codeSpans(text, start, end));
	}
	return ranges.sort((a, b) => a.start - b.start);
}

function codeSpans(text: string, from: number, to: number): { start: number; end: number }[] {
	const runs = [...text.slice(from, to).matchAll(/`+/g)].map((run) => ({
		at: from + run.index,
		length: run[0].length,
	}));
	const spans: { start: number; end: number }[] = [];
	for (let i = 0; i < runs.length; i++) {
		const open = runs[i];
		if (!open || isEscaped(text, open.at)) continue;
		let close = i + 1;
		while (close < runs.length && runs[close]?.length !== open.length) close++;
		if (close === runs.length) continue;
		spans.push({ start: open.at, end: (runs[close]?.at ?? 0) + open.length });
		i = close;
	}
	return spans;
}
