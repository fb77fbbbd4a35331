import MarkdownIt from "markdown-it";

/** One searchable, quotable piece of an article: plain text under its nearest heading. */
export type PassageText = {
	heading: string;
	/** Id of that heading on the article's page; null for text before the first heading. */
	anchor: string | null;
	body: string;
};

/** Passages grow to about this many characters: a screenful of chat, so that a quote can be read at a glance. */
const PASSAGE_CHARACTERS = 700;

const markdown = new MarkdownIt("commonmark", { html: false }).enable("table");
type Token = ReturnType<typeof markdown.parse>[number];

/**
 * Turns words into the id of a heading or the slug of an article: lower case ASCII letters, digits, hyphens.
 * @returns possibly empty, when no letter or digit is left.
 */
export function slugify(text: string): string {
	return text
		.normalize("NFKD")
		.replace(/[\u0300-\u036f]/g, "")
		.toLowerCase()
		.replace(/['’]/g, "")
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-+|-+$/g, "");
}

/** The text of an inline token without its marks: links keep their words, images their description. */
function plainText(token: Token): string {
	let text = "";
	for (const child of token.children ?? []) {
		if (child.type === "softbreak" || child.type === "hardbreak") text += " ";
		else if (child.type === "image") text += child.content;
		else if (child.type === "text" || child.type === "code_inline") text += child.content;
	}
	return text.replace(/\s+/g, " ").trim();
}

/** A line that ends without a stop gets one, so that joining lines keeps sentences apart. */
function closed(text: string): string {
	return /[.!?:;…]["')\]”’]*$/.test(text) ? text : `${text}.`;
}

/** A list of short items, such as the cards that are taken, reads as one sentence up to this length. */
const LIST_CHARACTERS = 420;

/** The items of a list as sentences: one for all when they are no sentences themselves. */
function listSentences(items: string[]): string[] {
	const areSentences = items.some((item) => /[.!?]["')\]”’]*$/.test(item));
	const joined = items.map((item) => item.replace(/[;,]$/, "")).join("; ");
	return areSentences || joined.length > LIST_CHARACTERS ? items.map(closed) : [closed(joined)];
}

/** A row of a table must still be understood when it is quoted without the table. */
function rowSentence(columns: string[], cells: string[]): string {
	const named = cells.map((cell, i) => (i > 0 && columns[i] && cell ? `${columns[i]}: ${cell}` : cell));
	return closed(named.filter(Boolean).join(", "));
}

/** One block of the article: a heading, or the plain text of a paragraph, list or table row. */
type Block = { kind: "heading" | "text"; text: string };

function blocksOf(body: string): Block[] {
	const blocks: Block[] = [];
	const addText = (text: string) => blocks.push({ kind: "text", text });
	let columns: string[] = [];
	let cells: string[] | null = null;
	let items: string[] = [];
	let listDepth = 0;
	let isHeading = false;
	for (const token of markdown.parse(body, {})) {
		if (token.type === "heading_open") isHeading = true;
		else if (/^(bullet|ordered)_list_open$/.test(token.type)) listDepth++;
		else if (/^(bullet|ordered)_list_close$/.test(token.type)) {
			if (--listDepth > 0) continue;
			for (const sentence of listSentences(items)) addText(sentence);
			items = [];
		} else if (token.type === "tr_open") cells = [];
		else if (token.type === "thead_close") columns = cells ?? [];
		else if (token.type === "tbody_open") cells = null;
		else if (token.type === "tr_close" && columns.length > 0 && cells?.length) {
			addText(rowSentence(columns, cells));
		} else if (token.type === "table_close") {
			columns = [];
			cells = null;
		} else if (token.type === "inline") {
			const text = plainText(token);
			if (cells) cells.push(text);
			else if (!text) continue;
			else if (isHeading) blocks.push({ kind: "heading", text });
			else if (listDepth > 0) items.push(text);
			else addText(closed(text));
			isHeading = false;
		} else if ((token.type === "fence" || token.type === "code_block") && token.content.trim()) {
			addText(closed(token.content.replace(/\s+/g, " ").trim()));
		}
	}
	return blocks;
}

/** The ids of an article's headings, in order, made unique the way the article's page must make them too. */
export function headingIds(headings: string[]): string[] {
	const seen = new Map<string, number>();
	return headings.map((heading) => {
		const id = slugify(heading) || "section";
		const count = (seen.get(id) ?? 0) + 1;
		seen.set(id, count);
		return count === 1 ? id : `${id}-${count}`;
	});
}

/**
 * Cuts an article's Markdown at its headings and, where a section is long, between its paragraphs.
 * A first heading that repeats the title is dropped; text before any heading goes under the title.
 * An article without any text still has one passage, its title, so that it can be found.
 */
export function cutIntoPassages(article: { title: string; body: string }): PassageText[] {
	const passages: PassageText[] = [];
	const blocks = blocksOf(article.body);
	const ids = headingIds(blocks.filter((block) => block.kind === "heading").map((block) => block.text));
	let heading = article.title;
	let anchor: string | null = null;
	let body = "";
	let headingsSeen = 0;
	const flush = () => {
		if (body) passages.push({ heading, anchor, body });
		body = "";
	};
	for (const block of blocks) {
		if (block.kind === "heading") {
			flush();
			const id = ids[headingsSeen++] ?? null;
			const isTitle = headingsSeen === 1 && slugify(block.text) === slugify(article.title);
			heading = isTitle ? article.title : block.text;
			anchor = isTitle ? null : id;
			continue;
		}
		// A lead-in such as "You need:" stays with what it introduces.
		if (body && body.length + block.text.length > PASSAGE_CHARACTERS && !body.endsWith(":")) flush();
		body += body ? ` ${block.text}` : block.text;
	}
	flush();
	if (passages.length === 0) passages.push({ heading: article.title, anchor: null, body: article.title });
	return passages;
}
