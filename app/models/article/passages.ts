import { parseMarkdown, plainText } from "./markdown.ts";

/** A passage of an article: plain text under its nearest heading. Search finds passages, and answers quote them. */
export type PassageText = {
	heading: string;
	/** The id of the passage's heading on the help page; null for text before the first heading. */
	anchor: string | null;
	body: string;
};

/**
 * Target length of a passage in characters: as much as a phone screen of chat shows, so that a quote can be read at a
 * glance.
 */
const TARGET_PASSAGE_CHARACTERS = 700;

/**
 * Version of the rules by which articles are split into passages. Increase it when the rules change; articles with
 * passages of an older version are then split again.
 */
export const PASSAGES_VERSION = 1;

/**
 * Turns text into the id of a heading or the slug of an article, with lower case ASCII letters, digits and hyphens.
 * @returns an empty string when the text has no such letter or digit.
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

/** Adds a full stop to a line that has none, so that sentences stay apart when lines are joined. */
function withFullStop(text: string): string {
	return /[.!?:;…]["')\]”’]*$/.test(text) ? text : `${text}.`;
}

/** Maximum length, in characters, of a list that is joined into one sentence, such as a list of payment cards. */
const MAX_JOINED_LIST_CHARACTERS = 420;

/** Returns the items of a list as sentences. Items that are not sentences are joined into one sentence. */
function toListItemSentences(items: string[]): string[] {
	const areSentences = items.some((item) => /[.!?]["')\]”’]*$/.test(item));
	const joined = items.map((item) => item.replace(/[;,]$/, "")).join("; ");
	return areSentences || joined.length > MAX_JOINED_LIST_CHARACTERS
		? items.map(withFullStop)
		: [withFullStop(joined)];
}

/** Returns a table row as a sentence with the column names, so that the row can be quoted without its table. */
function rowSentence(columns: string[], cells: string[]): string {
	const named = cells.map((cell, i) => (i > 0 && columns[i] && cell ? `${columns[i]}: ${cell}` : cell));
	return withFullStop(named.filter(Boolean).join(", "));
}

/** One block of an article's Markdown: a heading, or the plain text of a paragraph, list or table row. */
type ArticleBlock = { kind: "heading" | "text"; text: string };

function blocksOf(body: string): ArticleBlock[] {
	const blocks: ArticleBlock[] = [];
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
			for (const sentence of toListItemSentences(items)) addText(sentence);
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
			else addText(withFullStop(text));
			isHeading = false;
		} else if ((token.type === "fence" || token.type === "code_block") && token.content.trim()) {
			addText(withFullStop(token.content.replace(/\s+/g, " ").trim()));
		}
	}
	return blocks;
}

/** Element ids that the help page already uses, so that no heading may have them. */
const RESERVED_IDS = ["main", "contents"];

/** Gives each heading of an article an id of its own. A repeated id gets a number that no other heading uses. */
export function headingIds(headings: string[]): string[] {
	const taken = new Set(RESERVED_IDS);
	return headings.map((heading) => {
		const plain = slugify(heading) || "section";
		let id = plain;
		for (let count = 2; taken.has(id); count++) id = `${plain}-${count}`;
		taken.add(id);
		return id;
	});
}

/** Whether two titles differ only in case, punctuation or accents, in any script. */
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
 * Splits an article's Markdown into passages at its headings and, in long sections, between paragraphs. A first heading
 * that repeats the title is dropped; text before any heading goes under the title. An article without text gets one
 * passage with its title, so that search can find the article.
 */
export function splitIntoPassages(article: { title: string; body: string }): PassageText[] {
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
		// A line that ends with a colon, such as "You need:", stays in one passage with the text after it.
		if (body && body.length + block.text.length > TARGET_PASSAGE_CHARACTERS && !body.endsWith(":")) flush();
		body += body ? ` ${block.text}` : block.text;
	}
	flush();
	if (passages.length === 0) passages.push({ heading: article.title, anchor: null, body: article.title });
	return passages;
}
