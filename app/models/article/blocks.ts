import { parseMarkdown, plainText } from "./markdown.ts";

/**
 * A block of an article as plain text: a heading, a paragraph, or a list or table with one line for each item or row.
 * The lines of lists and tables begin with a list marker (`- ` or `1. `), indented by two spaces for each level.
 */
export type ArticleBlock = { kind: "heading" | "paragraph" | "list"; lines: string[] };

/** A list marker at the beginning of a line. */
const LIST_MARKER = /^[ \t]*(?:-|\d{1,9}\.)[ \t]/;
const LIST_MARKERS = new RegExp(LIST_MARKER.source, "gm");

/** Whether a line of a block is a list item or a table row. */
export const isListLine = (line: string): boolean => LIST_MARKER.test(line);

/** The text without list markers, for the search index and for embeddings, where markers would count as words. */
export const withoutListMarkers = (text: string): string => text.replace(LIST_MARKERS, "");

/**
 * A table row as one list line that can be read without its table: the first cell, then the others with their column
 * names, such as "- Canoe – Hour: 5; Day: 20".
 */
function toRowLine(columns: string[], cells: string[]): string {
	const [name = "", ...others] = cells;
	const named = others.flatMap((cell, i) =>
		cell === "" ? [] : [columns[i + 1] ? `${columns[i + 1]}: ${cell}` : cell],
	);
	const values = named.join("; ");
	const first = columns[0] && name && named.length === 0 ? `${columns[0]}: ${name}` : name;
	return `- ${[first, values].filter(Boolean).join(" – ")}`;
}

/**
 * Converts an article's Markdown into blocks of plain text. Paragraphs in a list item belong to the item's line; hard
 * line breaks in paragraphs and code stay line breaks.
 */
export function readBlocks(markdown: string): ArticleBlock[] {
	const blocks: ArticleBlock[] = [];
	/** The open lists, outermost first, with the number of the next item; null for unordered lists. */
	const lists: { next: number | null }[] = [];
	let marker: string | null = null;
	let columns: string[] = [];
	let cells: string[] | null = null;
	let isInBody = false;
	let isHeading = false;
	const listBlock = () => {
		const last = blocks.at(-1);
		if (last?.kind === "list") return last;
		const block: ArticleBlock = { kind: "list", lines: [] };
		blocks.push(block);
		return block;
	};
	const addText = (lines: string[]) => {
		if (lists.length === 0) {
			blocks.push({ kind: isHeading ? "heading" : "paragraph", lines });
			return;
		}
		const list = listBlock();
		const text = lines.join(" ");
		if (marker !== null || list.lines.length === 0) list.lines.push(`${marker ?? "- "}${text}`);
		else list.lines.push(`${list.lines.pop()} ${text}`);
		marker = null;
	};
	for (const token of parseMarkdown(markdown)) {
		switch (token.type) {
			case "heading_open":
				isHeading = true;
				break;
			case "heading_close":
				isHeading = false;
				break;
			case "bullet_list_open":
			case "ordered_list_open":
				if (lists.length === 0) blocks.push({ kind: "list", lines: [] });
				lists.push({ next: token.type === "ordered_list_open" ? Number(token.attrGet("start") ?? 1) : null });
				break;
			case "bullet_list_close":
			case "ordered_list_close":
				lists.pop();
				break;
			case "list_item_open": {
				const list = lists.at(-1);
				const sign = list?.next == null ? "-" : `${list.next++}.`;
				marker = `${"  ".repeat(lists.length - 1)}${sign} `;
				break;
			}
			case "table_open":
				blocks.push({ kind: "list", lines: [] });
				break;
			case "tr_open":
				cells = [];
				break;
			case "thead_close":
				columns = cells ?? [];
				cells = null;
				break;
			case "tr_close":
				if (isInBody && cells?.some(Boolean)) listBlock().lines.push(toRowLine(columns, cells));
				break;
			case "tbody_open":
			case "tbody_close":
				isInBody = token.type === "tbody_open";
				cells = null;
				break;
			case "fence":
			case "code_block":
				if (token.content.trim()) addText(token.content.trim().split(/\n+/));
				break;
			case "inline":
				if (cells) cells.push(plainText(token));
				else {
					const lines = plainText(token, { keepsBreaks: !isHeading }).split("\n").filter(Boolean);
					if (lines.length > 0) addText(lines);
				}
		}
	}
	return blocks.filter(({ lines }) => lines.length > 0);
}
