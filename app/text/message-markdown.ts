import { type Inline, parseInline } from "./message-inline.ts";

/**
 * A block of a message, such as a paragraph, a list or a table: the subset of Markdown that models and agents use in a
 * chat.
 */
export type Block =
	| { kind: "paragraph" | "heading" | "quote"; parts: Inline[] }
	| { kind: "code"; text: string }
	| { kind: "list"; isOrdered: boolean; start: number; items: { depth: number; parts: Inline[] }[] }
	| { kind: "table"; head: Inline[][]; rows: Inline[][][] }
	| { kind: "rule" };

const CODE_FENCE = /^ {0,3}(`{3,}|~{3,})[^`]*$/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(.*)$/;
const LIST_ITEM = /^([ \t]{0,12})(?:([-*+•])|(\d{1,3})[.)])[ \t]+(\S.*)$/;
const QUOTE = /^ {0,3}>[ \t]?(.*)$/;
const HORIZONTAL_RULE = /^ {0,3}(?:-{3,}|\*{3,}|_{3,})[ \t]*$/;
const TABLE_ROW = /^[ \t]*\|.*\|[ \t]*$/;
const TABLE_RULE = /^[ \t]*\|(?=[|: \t]*-)[-:| \t]*\|[ \t]*$/;
const MAX_TABLE_COLUMNS = 12;
const MAX_LIST_DEPTH = 2;

/**
 * Parses a message's Markdown into blocks. HTML and images are not parsed and stay plain text.
 * @param options.isUnfinished the text still streams, so Markdown marks that are not closed are hidden.
 */
export function parseMessage(text: string, { isUnfinished = false } = {}): Block[] {
	const blocks: Block[] = [];
	const lines = (isUnfinished ? text.replace(/(?:\*\*?|__?|`|#{1,6})$/, "") : text).split("\n");
	let texts: string[] = [];
	const inline = (line: string) => parseInline(line, { isUnfinished });
	const flush = () => {
		const paragraph = texts.join("\n").replace(/^\n+|(?<!\s)\s+$/g, "");
		texts = [];
		if (paragraph !== "") blocks.push({ kind: "paragraph", parts: inline(paragraph) });
	};
	for (let at = 0; at < lines.length; ) {
		const line = lines[at] ?? "";
		const parsed = readBlock(lines, at, inline);
		if (parsed) {
			flush();
			const last = blocks.at(-1);
			// Blank lines between list items do not end the list.
			if (
				parsed.block.kind === "list" &&
				last?.kind === "list" &&
				last.isOrdered === parsed.block.isOrdered
			) {
				last.items.push(...parsed.block.items);
			} else blocks.push(parsed.block);
			at = parsed.next;
		} else {
			texts.push(line);
			at++;
		}
	}
	flush();
	return blocks;
}

type ParsedBlock = { block: Block; next: number };

function readBlock(lines: string[], at: number, inline: (line: string) => Inline[]): ParsedBlock | null {
	const line = lines[at] ?? "";
	const fence = CODE_FENCE.exec(line)?.[1];
	if (fence) {
		let end = at + 1;
		while (end < lines.length && !(lines[end] ?? "").trim().startsWith(fence)) end++;
		return { block: { kind: "code", text: lines.slice(at + 1, end).join("\n") }, next: end + 1 };
	}
	const heading = HEADING.exec(line)?.[1];
	if (heading !== undefined) {
		return {
			block: { kind: "heading", parts: inline(heading.replace(/[ \t]#+[ \t]*$/, "").trim()) },
			next: at + 1,
		};
	}
	if (HORIZONTAL_RULE.test(line)) return { block: { kind: "rule" }, next: at + 1 };
	const quote = matchingLines(lines, at, QUOTE);
	if (quote) return { block: { kind: "quote", parts: inline(quote.join("\n")) }, next: at + quote.length };
	const item = LIST_ITEM.exec(line);
	if (item) {
		const [, indent = "", , number, texts = ""] = item;
		const depth = Math.min(MAX_LIST_DEPTH, Math.floor(indent.replaceAll("\t", "    ").length / 2));
		const items = [{ depth, parts: inline(texts) }];
		const start = number === undefined ? 1 : Number(number);
		return { block: { kind: "list", isOrdered: number !== undefined, start, items }, next: at + 1 };
	}
	return TABLE_ROW.test(line) && TABLE_RULE.test(lines[at + 1] ?? "") ? readTable(lines, at, inline) : null;
}

function matchingLines(lines: string[], at: number, pattern: RegExp): string[] | null {
	const run: string[] = [];
	for (let next = at; next < lines.length; next++) {
		const found = pattern.exec(lines[next] ?? "")?.[1];
		if (found === undefined) break;
		run.push(found);
	}
	return run.length > 0 ? run : null;
}

function readTable(lines: string[], at: number, inline: (line: string) => Inline[]): ParsedBlock {
	const cells = (line: string) =>
		line
			.trim()
			.slice(1, -1)
			.split("|")
			.slice(0, MAX_TABLE_COLUMNS)
			.map((cell) => inline(cell.trim()));
	let next = at + 2;
	const rows: Inline[][][] = [];
	while (next < lines.length && TABLE_ROW.test(lines[next] ?? "")) rows.push(cells(lines[next++] ?? ""));
	return { block: { kind: "table", head: cells(lines[at] ?? ""), rows }, next };
}

/** The plain text of a Markdown message, for example for an email. URLs stay. */
export function toPlainText(text: string): string {
	return parseMessage(text).map(blockText).join("\n\n");
}

function blockText(block: Block): string {
	switch (block.kind) {
		case "rule":
			return "--";
		case "code":
			return block.text;
		case "list":
			return block.items
				.map(({ depth, parts }, index) => {
					const sign = block.isOrdered && depth === 0 ? `${block.start + index}.` : "-";
					return `${"  ".repeat(depth)}${sign} ${inlineText(parts)}`;
				})
				.join("\n");
		case "table":
			return [block.head, ...block.rows].map((row) => row.map(inlineText).join(" | ")).join("\n");
		default:
			return inlineText(block.parts);
	}
}

function inlineText(parts: Inline[]): string {
	return parts
		.map((part) => {
			if ("parts" in part) return inlineText(part.parts);
			if (part.kind !== "link") return part.text;
			return part.href.startsWith("/") || part.href.includes(part.text) || part.text.includes("://")
				? part.text
				: `${part.text} (${part.href})`;
		})
		.join("");
}

/**
 * Removes Markdown marks (bold, backticks and headings) from streamed text that is shown unformatted. Characters at the
 * end that may still become a mark are held back until the next piece of text.
 */
export class StreamingMarkdownRemover {
	#held = "";
	#isLineStart = true;

	push(piece: string): string {
		const text = this.#held + piece;
		this.#held = /(?:[*`]+|(?<![^\n])#{1,6} ?)$/.exec(text)?.[0] ?? "";
		const whole = text.slice(0, text.length - this.#held.length);
		const heading = this.#isLineStart ? /(^|\n)#{1,6} +/g : /(\n)#{1,6} +/g;
		if (whole !== "") this.#isLineStart = whole.endsWith("\n");
		return whole.replace(heading, "$1").replace(/\*\*+|`+/g, "");
	}
}
