import { Fragment } from "react";
import { type Inline, parseLinks } from "#app/text/message-inline.ts";
import { type Block, parseMessage } from "#app/text/message-markdown.ts";

/**
 * A message rendered from Markdown: bold, italics, code, headings, lists, tables and links. In a customer's message
 * only URLs become links.
 */
export function FormattedMessage({
	text,
	isMarkdown,
	isUnfinished = false,
}: {
	text: string;
	/** False for a customer's message, because a customer does not write Markdown. */
	isMarkdown: boolean;
	/** Whether the text is still streaming; then a Markdown mark that is not yet closed is hidden. */
	isUnfinished?: boolean;
}) {
	if (!isMarkdown) return <InlineParts parts={parseLinks(text)} />;
	const blocks = parseMessage(text, { isUnfinished });
	const [only] = blocks;
	if (blocks.length === 1 && only?.kind === "paragraph") return <InlineParts parts={only.parts} />;
	return blocks.map((block, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a message have no id, and only the last block grows.
		<BlockView key={index} block={block} />
	));
}

function BlockView({ block }: { block: Block }) {
	switch (block.kind) {
		case "rule":
			return <hr className="my-2 border-line" />;
		case "code":
			return (
				<pre className="my-2 whitespace-pre-wrap rounded-control border border-line p-2 font-mono text-sm first:mt-0 last:mb-0">
					<code>{block.text}</code>
				</pre>
			);
		case "list":
			return <ListView block={block} />;
		case "table":
			return <TableView block={block} />;
		default: {
			// A heading in a message is only bold, because it must not be part of the page's outline.
			const look = {
				heading: "font-semibold",
				quote: "border-line-strong border-s-2 ps-3",
				paragraph: "",
			}[block.kind];
			return (
				<p className={`my-2 first:mt-0 last:mb-0 ${look}`}>
					<InlineParts parts={block.parts} />
				</p>
			);
		}
	}
}

const LIST_INDENTS = ["", "ms-5", "ms-10"];

function ListView({ block }: { block: Extract<Block, { kind: "list" }> }) {
	let number = block.start - 1;
	const items = block.items.map(({ depth, parts }, index) => {
		if (depth === 0) number++;
		return (
			// biome-ignore lint/suspicious/noArrayIndexKey: list items have no id, and only the last item grows.
			<li key={index} className={`flex gap-2 ${LIST_INDENTS[depth] ?? ""}`}>
				<span aria-hidden="true" className="shrink-0 tabular-nums">
					{block.isOrdered && depth === 0 ? `${number}.` : "•"}
				</span>
				<span className="min-w-0">
					<InlineParts parts={parts} />
				</span>
			</li>
		);
	});
	const look = "my-2 flex flex-col gap-1 first:mt-0 last:mb-0";
	if (!block.isOrdered) return <ul className={look}>{items}</ul>;
	return (
		<ol start={block.start} className={look}>
			{items}
		</ol>
	);
}

function TableView({ block }: { block: Extract<Block, { kind: "table" }> }) {
	const cell = "border-line border-b py-1 pe-4 text-start align-top";
	const cellsOf = (row: Inline[][], isHead: boolean) =>
		row.map((parts, column) => {
			const Cell = isHead ? "th" : "td";
			return (
				// biome-ignore lint/suspicious/noArrayIndexKey: a table cell is identified by its column number.
				<Cell key={column} className={isHead ? `${cell} font-semibold` : cell}>
					<InlineParts parts={parts} />
				</Cell>
			);
		});
	return (
		<div className="my-2 overflow-x-auto first:mt-0 last:mb-0">
			<table>
				<thead>
					<tr>{cellsOf(block.head, true)}</tr>
				</thead>
				<tbody>
					{block.rows.map((row, at) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: table rows have no id, and only the last row grows.
						<tr key={at}>{cellsOf(row, false)}</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

function InlineParts({ parts }: { parts: Inline[] }) {
	return parts.map((part, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line have no id, and only the last part grows.
		<Fragment key={index}>
			<InlinePart part={part} />
		</Fragment>
	));
}

function InlinePart({ part }: { part: Inline }) {
	switch (part.kind) {
		case "text":
			return part.text;
		case "code":
			return <code className="font-mono text-[0.95em]">{part.text}</code>;
		case "bold":
			return (
				<strong className="font-semibold">
					<InlineParts parts={part.parts} />
				</strong>
			);
		case "italic":
			return (
				<em>
					<InlineParts parts={part.parts} />
				</em>
			);
		case "link":
			return (
				<a
					href={part.href}
					target="_blank"
					rel="noopener nofollow ugc"
					className="underline underline-offset-2"
				>
					{part.text}
				</a>
			);
	}
}
