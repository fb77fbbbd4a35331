import MarkdownIt from "markdown-it";
import { headingIds } from "#app/models/article-passages.ts";

export type ArticleHeading = { id: string; text: string };

// HTML in an article is shown as text: whoever may write articles may still not run scripts.
const markdown = new MarkdownIt("commonmark", { html: false }).enable("table");

/**
 * An article's Markdown as HTML. Each heading carries the id its passages are cited under, so that
 * `/help/slug#heading` lands on it; the page has its own h1, so a first-level heading becomes an h2.
 */
export function renderArticle(body: string): { html: string; headings: ArticleHeading[] } {
	const tokens = markdown.parse(body, {});
	const opened = tokens.flatMap((token, index) => {
		const text = token.type === "heading_open" ? plainText(tokens[index + 1]) : "";
		return text ? [{ token, text }] : [];
	});
	const ids = headingIds(opened.map(({ text }) => text));
	const headings = opened.map(({ token, text }, index) => {
		const id = ids[index] ?? "";
		token.attrSet("id", id);
		return { id, text, level: token.tag };
	});
	for (const token of tokens) {
		if (token.type.startsWith("heading_") && token.tag === "h1") token.tag = "h2";
	}
	return {
		html: markdown.renderer.render(tokens, markdown.options, {}),
		headings: headings
			.filter(({ level }) => level === "h1" || level === "h2")
			.map(({ id, text }) => ({ id, text })),
	};
}

/** The words of an inline token without its marks, as the passages' ids were made from them. */
function plainText(inline: ReturnType<typeof markdown.parse>[number] | undefined): string {
	return (inline?.children ?? [])
		.map((child) => (child.type === "softbreak" || child.type === "hardbreak" ? " " : child.content))
		.join("")
		.replace(/\s+/g, " ")
		.trim();
}
