import { describe, expect, it } from "vitest";
import { KnowledgeImportError, readArticle } from "./article-files.server.ts";

describe("a Markdown file read as an article", () => {
	it("takes title, slug and language from front matter", () => {
		const article = readArticle(
			"de/a.md",
			"---\ntitle: Moos\nslug: Alles über Moos\nlocale: de\n---\n\nText.",
		);
		expect(article).toMatchObject({
			path: "de/a.md",
			slug: "alles-uber-moos",
			title: "Moos",
			body: "Text.",
			locale: "de",
		});
	});

	it("takes the first heading and the file's name without it", () => {
		const article = readArticle("Moss care.md", "\uFEFF# Caring for moss\r\n\r\nWater it.\r\n");
		expect(article).toMatchObject({
			slug: "moss-care",
			title: "Caring for moss",
			body: "Water it.",
			locale: "en",
		});
	});

	it.each([
		["bad.md", "---\ntitle: [\n---\ntext", /bad\.md:\d+: the front matter is not valid YAML/],
		["bad.md", "---\ntitle: 5\n---\ntext", /bad\.md: front matter title/],
		["empty.md", "# Only a title", /empty\.md: there is no text/],
		["日本.md", "# t\n\ntext", /no letter or digit/],
	])("names the file and the fault of %s", (path, text, message) => {
		expect(() => readArticle(path, text)).toThrow(KnowledgeImportError);
		expect(() => readArticle(path, text)).toThrow(message);
	});
});
