import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { eq, sql } from "drizzle-orm";
import iconv from "iconv-lite";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { answerOffline } from "#app/ai/offline/answer.server.ts";
import {
	getArticle,
	knowledgeVersion,
	listArticles,
	resplitOutdatedArticles,
	saveArticle,
	searchPassages,
} from "#app/models/article/article.server.ts";
import { importKnowledge } from "#app/models/article/import.server.ts";
import { loader as articlePage } from "#app/routes/help/article.tsx";
import { db } from "#db/client.server.ts";
import { articlePassages, articles } from "#db/schema.ts";
import { withQuestionAnalysis } from "#tests/setup/analysed.ts";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));
beforeEach(async () => {
	await db.delete(articles);
});

async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "mevi-kb-"));
	folders.push(folder);
	for (const [name, content] of Object.entries(files)) {
		await mkdir(dirname(join(folder, name)), { recursive: true });
		await writeFile(join(folder, name), content);
	}
	return folder;
}
const importFiles = async (files: Record<string, string | Buffer>, options = {}) =>
	importKnowledge(await folderOf(files), options);
const slugs = async () => (await listArticles("agents")).map(({ slug }) => slug).sort();
const ask = async (question: string) =>
	(
		await withQuestionAnalysis(answerOffline)(
			{
				question,
				history: [],
				customerId: null,
				customerName: null,
				locale: "en",
				signal: new AbortController().signal,
			},
			() => {},
		)
	).text;
/** The HTTP status of an article's help page. */
async function statusOf(slug: string): Promise<number> {
	const request = new Request(`http://localhost/help/${encodeURIComponent(slug)}`);
	try {
		await articlePage({ request, params: { slug }, context: {} } as never);
		return 200;
	} catch (thrown) {
		return (thrown as { init?: { status?: number } }).init?.status ?? 0;
	}
}

describe("an import of articles", () => {
	it("reports each bad file and imports the others", async () => {
		const { created, refused, notes } = await importFiles({
			"good.md": "# Kiwi wrapping\n\nWrapping a kiwi is free.",
			"typo.md": "---\naudiance: agents\n---\nKiwi margin is forty percent.",
			"open.md": "# Open\n\n<!-- never closed",
			"a/faq.md": "# One\n\nOne.",
			"b/FAQ.md": "# Two\n\nTwo.",
			"nul.md": "a\u0000b",
			"broken.md": Buffer.from([0x81, 0xff, 0x00, 0xff, 0xc0]),
			"notes.txt": "x",
			"more.md": "---\nweight: 3\n---\n# More\n\n<div>Kiwi</div>",
		});
		expect(created).toBe(2);
		expect(await slugs()).toEqual(["good", "more"]);
		expect(refused.map((line) => line.replace(/: .*/s, "")).sort()).toEqual([
			"a/faq.md",
			"b/FAQ.md",
			"broken.md",
			"nul.md",
			"open.md:3",
			"typo.md",
		]);
		expect(notes.join("\n")).toContain("more.md: front matter that is not used: weight.");
		expect(notes.join("\n")).toContain("more.md: HTML tags were left out, their text was kept: div.");
		expect(notes.join("\n")).toContain("notes.txt");
	});

	it("reads other encodings and names them", async () => {
		const german = "# Rückgabe für Okapis\n\nDie Rückgabe kostet 5 €.";
		const { refused, notes } = await importFiles({
			"okapi.md": iconv.encode(german, "windows-1252"),
			"utf16.md": iconv.encode(german, "utf16-le", { addBOM: true }),
			"bare16.md": iconv.encode(german, "utf16-be"),
			"ja.md": iconv.encode("# 返品\n\n三十日以内に返品できます。カタカナもあります。", "shift_jis"),
			"zh.md": iconv.encode("# 退货\n\n您可以在三十天内退货。", "gb18030"),
			"bom.md": `\uFEFF${german}`,
		});
		expect(refused).toEqual([]);
		for (const slug of ["okapi", "utf16", "bare16", "bom"]) {
			expect(await getArticle(slug)).toMatchObject({
				title: "Rückgabe für Okapis",
				body: "Die Rückgabe kostet 5 €.",
			});
		}
		expect((await getArticle("ja"))?.title).toBe("返品");
		expect((await getArticle("zh"))?.title).toBe("退货");
		expect(notes).toContain("okapi.md: read as windows-1252; check its letters.");
		expect(notes).toContain("ja.md: read as Shift_JIS; check its letters.");
	});

	it("gives files in any script slugs, whose pages load and are cited", async () => {
		await importFiles({
			"Возврат.md": "# Возврат товара\n\nВернуть товар можно в течение 30 дней.",
			"退货.md": "# 退货\n\n退货。",
		});
		expect(await slugs()).toEqual(["возврат", "退货"]);
		expect(await statusOf("возврат")).toBe(200);
		const [found] = await searchPassages("вернуть товар", 1, { locale: "ru" });
		expect(found?.url).toBe(`/help/${encodeURIComponent("возврат")}`);
	});

	it("keeps the slug that an earlier version gave a file", async () => {
		await saveArticle({ slug: "faq", title: "FAQ возврат", body: "Old." });
		await importFiles({
			"FAQ-возврат.md": "# FAQ возврат\n\nNew.",
			"FAQ-доставка.md": "# FAQ доставка\n\nNew.",
		});
		expect(await slugs()).toEqual(["faq", "faq-доставка"]);
		expect((await getArticle("faq"))?.body).toBe("New.");
	});

	it("stores, indexes, quotes and shows no comment", async () => {
		await importFiles({
			"zebra.md":
				"# Zebra servicing\n\n<!-- internal: zebra refund up to 90 days -->\n\nZebra servicing is done at our workshop.\n\nA price<!-- internal: cost 12 --> list is in the shop.",
		});
		const rows = await db.execute(sql`select body, search::text as search from article_passages`);
		expect(JSON.stringify([rows, await getArticle("zebra")])).not.toMatch(/internal|cost 12/);
		expect(await ask("is there a zebra refund?")).not.toMatch(/internal|90 days/);
		expect(await ask("where is zebra servicing done?")).toContain("workshop");
	});

	it("splits articles of an older version again, comments included", async () => {
		const { id } = await saveArticle({ slug: "old", title: "Old", body: "Zebra <!-- secret --> text." });
		await db
			.update(articles)
			.set({ body: "Zebra <!-- secret --> text.", passagesVersion: 0 })
			.where(eq(articles.id, id));
		await db
			.update(articlePassages)
			.set({ body: "Zebra <!-- secret --> text." })
			.where(eq(articlePassages.articleId, id));
		const version = await knowledgeVersion();
		expect(await resplitOutdatedArticles()).toBe(1);
		expect((await getArticle("old"))?.body).not.toContain("secret");
		expect((await searchPassages("zebra", 1))[0]?.body).toBe("Zebra text.");
		expect(await knowledgeVersion()).not.toBe(version);
		expect(await resplitOutdatedArticles()).toBe(0);
	});
});

describe("drafts", () => {
	it("are not published, and their published articles are removed", async () => {
		await importFiles({ "wombat.md": "# Wombat plan\n\nWombat delivery is free." });
		const files = {
			"wombat.md": "---\ndraft: true\n---\n# Wombat plan\n\nWombat delivery is free.",
			"numbat.md": "---\npublished: false\n---\n# Numbat plan\n\nNumbat delivery is free.",
			"bilby.md": '+++\ntitle = "Bilby plan"\ndraft = true\n+++\nBilby delivery is free.',
			"shown.md": "# Shown\n\nShown.",
			"next/shown.md": "---\nstatus: draft\n---\n# Shown next\n\nNext.",
		};
		const { created, refused, notes } = await importFiles(files);
		expect({ created, refused }).toEqual({ created: 1, refused: [] });
		expect(await slugs()).toEqual(["shown"]);
		expect(notes).toContain(
			"wombat.md: not published (draft: true); what was published of it was taken away.",
		);
		expect(notes).toContain("numbat.md: not published (published: false).");
		expect(await statusOf("wombat")).toBe(404);
		expect(await ask("is wombat delivery free?")).not.toContain("Wombat delivery is free");
	});
});

describe("retired articles", () => {
	const kiwi = { "kiwi.md": "# Kiwi wrapping\n\nWrapping a kiwi is free." };
	const emu = { "emu.md": "# Emu engraving\n\nEngraving an emu takes nine days." };

	it("are listed, and removed with --prune: from the list, the page, the search and the answers", async () => {
		await importFiles({ ...kiwi, ...emu });
		const listed = await importFiles(kiwi);
		expect(listed.gone).toEqual(["emu"]);
		expect(listed.notes.join()).toContain("No longer in the folder, and still published: emu.");
		expect(await ask("how long does engraving an emu take?")).toContain("nine days");
		const version = await knowledgeVersion();

		expect((await importFiles(kiwi, { isPruning: true })).gone).toEqual(["emu"]);
		expect(await slugs()).toEqual(["kiwi"]);
		expect(await statusOf("emu")).toBe(404);
		expect(await searchPassages("emu engraving", 5)).toEqual([]);
		expect(await ask("how long does engraving an emu take?")).not.toContain("nine days");
		// Cached answers belong to a version of the articles, so no answer from before the import is returned.
		expect(await knowledgeVersion()).not.toBe(version);
		expect((await importFiles(kiwi, { isPruning: true })).gone).toEqual([]);
	});

	it("of other sources stay: from the dashboard, of unknown origin, of another import", async () => {
		await saveArticle({ slug: "unknown", title: "Unknown", body: "Text." });
		await saveArticle({ slug: "written", title: "Written", body: "Text.", source: "dashboard" });
		await importFiles(emu, { source: "birds" });
		const { gone, refused } = await importFiles(
			{ ...kiwi, "written.md": "# Mine\n\nMine." },
			{ isPruning: true },
		);
		expect(gone).toEqual([]);
		expect(refused).toEqual(['written.md: the address "written" is that of an article from "dashboard".']);
		expect(await slugs()).toEqual(["emu", "kiwi", "unknown", "written"]);
		expect((await getArticle("written"))?.title).toBe("Written");
	});

	it("do not include files with a fault, but include files with a new slug", async () => {
		await importFiles({ ...kiwi, ...emu });
		const faulty = await importFiles(
			{ "kiwi.md": "---\nslug: kiwis\n---\n# Kiwi wrapping\n\nFree.", "emu.md": "<!-- open" },
			{ isPruning: true },
		);
		expect(faulty.gone).toEqual(["kiwi"]);
		expect(await slugs()).toEqual(["emu", "kiwis"]);
	});
});
