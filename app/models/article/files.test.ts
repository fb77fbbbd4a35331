import { describe, expect, it } from "vitest";
import { KnowledgeImportError, readArticle } from "./files.server.ts";

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
		["colon.md", "---\ntitle: Returns: how\n---\ntext", /colon\.md:2: the front matter is not valid YAML/],
		["bad.md", "+++\ntitle = \n+++\ntext", /bad\.md:2: the front matter is not valid TOML/],
		["bad.md", '{"title": "x",\n}\ntext', /bad\.md:1: the front matter is not valid JSON/],
		["open.md", "---\ntitle: x\ndraft: true\n\ntext", /open\.md:1: the front matter has no closing --- line/],
		["list.md", "---\ntitle: [a, b]\n---\ntext", /list\.md: front matter title: must be one line of text/],
		["empty.md", "# Only a title", /empty\.md: there is no text/],
		["comment.md", "# T\n\n<!-- only a comment -->", /comment\.md: there is no text/],
		["slug.md", "---\nslug: '!!!'\n---\ntext", /slug\.md: front matter slug: has no letter/],
		[
			"open.md",
			"---\ntitle: T\n---\n\nText.\n\n<!-- internal\n\nmore",
			/open\.md:7: a comment \(<!--\) is opened and never closed/,
		],
		["script.md", "Text\n\n<script>alert(1)", /script\.md:3: <script> is opened and never closed/],
		["nul.md", "a\u0000b", /NUL/],
		[
			"audi.md",
			"---\naudiance: agents\n---\ntext",
			/audi\.md: front matter audiance: .*audience was probably meant/,
		],
		["a.md", "---\nDrafts: true\n---\ntext", /Drafts: .*draft was/],
		["a.md", "---\nvalid_until: 2026-01-01\n---\ntext", /valid_until: .*validUntil was/],
		["a.md", "---\ndraft: maybe\n---\ntext", /front matter draft: must be true or false/],
		["a.md", "---\nstatus: zork\n---\ntext", /front matter status: must be published or draft/],
	])("reports the file and the fault of %s", (path, text, message) => {
		expect(() => readArticle(path, text)).toThrow(KnowledgeImportError);
		expect(() => readArticle(path, text)).toThrow(message);
	});

	it.each([
		["Возврат.md", "возврат"],
		["退货.md", "退货"],
		["סיוע.md", "סיוע"],
		["إرجاع المنتج.md", "إرجاع-المنتج"],
		["FAQ-возврат.md", "faq-возврат"],
		["FAQ-доставка.md", "faq-доставка"],
		["мой.md", "мой"],
		["мои.md", "мои"],
		["がぎ.md", "がぎ"],
		["🎁.md", "🎁"],
		["🎄 gifts.md", "🎄-gifts"],
		["❤️.md", "❤"],
		["Alles über Moos.md", "alles-uber-moos"],
		["Shop's rules_2.md", "shops-rules-2"],
		["!!!.md", expect.stringMatching(/^article-[0-9a-f]{8}$/)],
		["returns/index.md", "returns"],
		["shipping/_index.md", "shipping"],
		["shop/возврат/README.md", "возврат"],
		["index.md", "index"],
		["README.md", "readme"],
		["returns/abroad.md", "abroad"],
	])("gives %s a slug that depends only on its name", (path, slug) => {
		expect(readArticle(path, "# T\n\nText.").slug).toEqual(slug);
		expect(readArticle(path.normalize("NFD"), "# T\n\nText.").slug).toEqual(slug);
	});

	it.each([
		["draft: true", "draft: true"],
		["draft: yes", "draft: yes"],
		['draft: "true"', "draft: true"],
		["Draft: 1", "draft: 1"],
		["published: false", "published: false"],
		["publish: no", "publish: no"],
		["published: 2999-01-01", "published: 2999-01-01"],
		["status: Draft", "status: Draft"],
		["status: in review", "status: in review"],
		["hidden: true", "hidden: true"],
		["unlisted: true", "unlisted: true"],
		["private: true", "private: true"],
		["visibility: internal", "visibility: internal"],
	])("does not publish a draft: %s", (line, why) => {
		expect(readArticle("a.md", `---\ntitle: A\n${line}\n---\nText.`).draft).toBe(why);
	});

	it.each([
		"draft: false",
		"draft:",
		"draft: null",
		"published: true",
		"published: 2020-01-01",
		"status: published",
		"hidden: no",
	])("publishes a file that is not a draft: %s", (line) =>
		expect(readArticle("a.md", `---\n${line}\n---\nText.`).draft).toBeNull(),
	);

	it("reads Hugo's TOML and JSON as well as YAML", () => {
		const toml = readArticle(
			"a.md",
			'+++\ntitle = "Bilby plan"\ndraft = true\nvalidFrom = 2026-01-02\n+++\nText.',
		);
		expect(toml).toMatchObject({
			title: "Bilby plan",
			draft: "draft: true",
			validFrom: "2026-01-02",
			body: "Text.",
		});
		const json = readArticle("a.md", '{\n "title": "Bilby",\n "published": false\n}\n\nText.');
		expect(json).toMatchObject({ title: "Bilby", draft: "published: false", body: "Text." });
	});

	it("reports unused keys, and reads numbers, dates and booleans as text", () => {
		const article = readArticle(
			"a.md",
			"---\ntitle: 404\nslug: 2026\nweight: 3\ncolour: red\ntags: [a]\n---\nText.",
		);
		expect(article).toMatchObject({ title: "404", slug: "2026", draft: null });
		expect(article.notes).toEqual(["a.md: front matter that is not used: weight, colour, tags."]);
		const titleOf = (value: string) => readArticle("a.md", `---\ntitle: ${value}\n---\nText.`).title;
		expect([
			titleOf("1.10"),
			titleOf("2026-01-01"),
			titleOf("true"),
			titleOf("yes"),
			titleOf("null"),
			titleOf("007"),
		]).toEqual(["1.10", "2026-01-01", "true", "yes", "a", "007"]);
	});

	it.each([
		["---\n\nWe ship okapis on Mondays.\n\n---\n\nMore.", "okapis"],
		["---\n\nNote: we ship okapis: on Mondays.\n\n---\n\nMore.", "okapis"],
		["---\nWe ship okapis.\n---\nMore.", "okapis"],
		["---\n\nOnly okapis below a rule.", "okapis"],
		["-----\ntitle: okapis\n-----\nMore.", "okapis"],
		["{{< figure okapis >}}\n\nMore.", "okapis"],
	])("keeps a text that begins with a horizontal rule: %j", (text, word) => {
		expect(readArticle("rule.md", text).body).toContain(word);
	});

	it.each([
		["Install the helper.\n\n```sh\n# copy this\n```\n", "prose first"],
		["Okapi Returns\n=====\n\nA week.", "Okapi Returns"],
		["# **Returns** &amp; [refunds](/x)\n\nA week.", "Returns & refunds"],
		["    # indented code\n\nText.", "prose first"],
		["#\n\n## Second\n\nText.", "Second"],
		["# `npm` \\# _x_ ##\n\nText.", "npm # x"],
		['<h1 align="center">Okapi <b>Care</b></h1>\n\nText.', "Okapi Care"],
		["<!--\n# Internal\n-->\n\n# Shown\n\nText.", "Shown"],
		["# Rückgabe<br>und Tausch\n\nText.", "Rückgabe und Tausch"],
		["# 退货\n\n## 期限\n\nText.", "退货"],
	])("takes its title from the Markdown parser: %j", (text, title) => {
		const article = readArticle("prose-first.md", text);
		expect(article.title).toBe(title);
		expect(article.body.startsWith("#\n") || !article.body.startsWith("# ")).toBe(true);
	});
});
