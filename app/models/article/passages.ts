import { parseMarkdown, plainText } from "./markdown.ts";

/** One searchable, quotable piece of an article: plain text under its nearest heading. */
export type PassageText = {
	heading: string;
	/** Id of that heading on the article's page; null for text before the first heading. */
	anchor: string | null;
	body: string;
};

/** Passages grow to about this many characters: a screenful of chat, so that a quote can be read at a glance. */
const PASSAGE_CHARACTERS = 700;

/** Raised when articles are cut differently: those cut by an older version are cut again. */
export const PASSAGES_VERSION = 1;

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
		.replace(/^-|-$/g, "");
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
	for (const token of parseMarkdown(body)) {
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

/** Ids that the page around an article has already. */
const IDS_OF_THE_PAGE = ["main", "contents"];

/**
 * The ids of an article's headings, in order, all different: a number is added to one that is taken, also by a
 * heading such as "Fees 2".
 */
export function headingIds(headings: string[]): string[] {
	const taken = new Set(IDS_OF_THE_PAGE);
	return headings.map((heading) => {
		const plain = slugify(heading) || "section";
		let id = plain;
		for (let count = 2; taken.has(id); count++) id = `${plain}-${count}`;
		taken.add(id);
		return id;
	});
}

/** Whether two titles are the same to a reader, in any script. */
export function isSameTitle(one: string, other: string): boolean {
	const words = (text: string) =>
		text
			.normalize("NFKC")
			.toLowerCase()
			.match(/[\p{L}\p{M}\p{N}]+/gu)
			?.join(" ") ?? text.trim();
	return words(one) === words(other);
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
			const isTitle = headingsSeen === 1 && isSameTitle(block.text, article.title);
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
