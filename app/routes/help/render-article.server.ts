import { parseMarkdown, plainText, renderMarkdown } from "#app/models/article/markdown.ts";
import { headingIds } from "#app/models/article/passages.ts";

export type ArticleHeading = { id: string; text: string };

/**
 * Renders an article's Markdown as HTML. Headings get the ids that passages refer to (`/help/slug#heading`). The page
 * has its own h1, so a first-level heading of the article becomes an h2. HTML in the article's source is removed.
 */
export function renderArticle(body: string): { html: string; headings: ArticleHeading[] } {
	const tokens = parseMarkdown(body);
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
		html: renderMarkdown(tokens),
		headings: headings
			.filter(({ level }) => level === "h1" || level === "h2")
			.map(({ id, text }) => ({ id, text })),
	};
}
