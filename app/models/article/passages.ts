import { type ArticleBlock, readBlocks } from "./blocks.ts";

/**
 * A passage of an article: plain text under its nearest heading. Search finds passages, and answers quote them.
 * `body` has a blank line between paragraphs. A list or table follows its paragraph with one line for each item or row
 * (see `readBlocks`).
 */
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
 * Length in characters up to which a list or table stays in one passage with the paragraph before it: twice the target.
 * A longer one is split between items or rows, and that paragraph is repeated.
 */
const MAX_LIST_CHARACTERS = 2 * TARGET_PASSAGE_CHARACTERS;

/**
 * Version of the rules by which articles are split into passages. Increase it when the rules change; articles with
 * passages of an older version are then split again.
 */
export const PASSAGES_VERSION = 2;

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

/** Joins each list or table with the paragraph directly before it, and splits long lists between their items. */
function joinLists(blocks: ArticleBlock[]): string[] {
	const texts: string[] = [];
	/** The paragraph before the list; null when the block before is a list. */
	let introduction: string | null = null;
	for (const { kind, lines } of blocks) {
		if (kind === "paragraph") {
			introduction = lines.join("\n");
			texts.push(introduction);
			continue;
		}
		const start: string[] = introduction === null ? [] : [introduction];
		if (introduction !== null) texts.pop();
		let part = [...start];
		for (const line of lines) {
			const length = part.join("\n").length + line.length;
			if (part.length > start.length && length > MAX_LIST_CHARACTERS) {
				texts.push(part.join("\n"));
				part = [...start];
			}
			part.push(line);
		}
		texts.push(part.join("\n"));
		introduction = null;
	}
	return texts;
}

/**
 * Splits an article's Markdown into passages at its headings and, in long sections, between paragraphs. A first heading
 * that repeats the title is dropped; text before any heading goes under the title. An article without text gets one
 * passage with its title, so that search can find the article.
 */
export function splitIntoPassages(article: { title: string; body: string }): PassageText[] {
	const passages: PassageText[] = [];
	const blocks = readBlocks(article.body);
	const headings = blocks.filter(({ kind }) => kind === "heading").map(({ lines }) => lines.join(" "));
	const ids = headingIds(headings);
	let heading = article.title;
	let anchor: string | null = null;
	let section: ArticleBlock[] = [];
	const flush = () => {
		let body = "";
		for (const text of joinLists(section)) {
			// A paragraph that ends with a colon stays in one passage with the text after it.
			const isFull = body.length + text.length > TARGET_PASSAGE_CHARACTERS && !/[:：]$/.test(body);
			if (body && isFull) passages.push({ heading, anchor, body });
			body = body && !isFull ? `${body}\n\n${text}` : text;
		}
		if (body) passages.push({ heading, anchor, body });
		section = [];
	};
	let headingsSeen = 0;
	for (const block of blocks) {
		if (block.kind !== "heading") {
			section.push(block);
			continue;
		}
		flush();
		const text = block.lines.join(" ");
		const id = ids[headingsSeen++] ?? null;
		const isTitle = headingsSeen === 1 && isSameTitle(text, article.title);
		heading = isTitle ? article.title : text;
		anchor = isTitle ? null : id;
	}
	flush();
	if (passages.length === 0) passages.push({ heading: article.title, anchor: null, body: article.title });
	return passages;
}
