import { and, asc, eq, inArray, isNull, notInArray, or, sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { articles } from "#db/schema.ts";
import { saveArticle } from "./article.server.ts";
import { type ArticleFile, type ArticleFolder, readArticles } from "./files.server.ts";

export { readArticle } from "./files.server.ts";

/** Of the articles that an import of a folder brings, where no other name is given. */
const DEFAULT_SOURCE = "folder";
/** The demo store's articles, which any import may replace. */
const DEMO_SOURCE = "demo";

export type ImportOptions = {
	/** Which import this is: it replaces and removes only what an import of the same name brought. */
	source?: string;
	/** Removes articles that an earlier import of this source brought and that are no longer in the folder. */
	isPruning?: boolean;
};

export type KnowledgeSummary = {
	created: number;
	updated: number;
	unchanged: number;
	/** Articles that were taken away, or with `isPruning` false are only no longer in the folder. */
	gone: string[];
	refused: string[];
	notes: string[];
};

type Outcome = "created" | "updated" | "unchanged" | "removed";

/**
 * Imports every Markdown file of a folder as a knowledge article. A file with a fault is reported in `refused` and
 * keeps what is stored of it; drafts are not published; a file that did not change is left alone.
 * @param onProgress called with each article's slug and what became of it.
 * @throws KnowledgeImportError when the folder cannot be used.
 */
export async function importKnowledge(
	directory: string,
	options: ImportOptions = {},
	onProgress?: (slug: string, outcome: Outcome) => void,
): Promise<KnowledgeSummary> {
	return saveArticleFolder(await readArticles(directory), options, onProgress);
}

/** Saves what `readArticles` read. */
export async function saveArticleFolder(
	folder: ArticleFolder,
	{ source = DEFAULT_SOURCE, isPruning = false }: ImportOptions = {},
	onProgress: (slug: string, outcome: Outcome) => void = () => {},
): Promise<KnowledgeSummary> {
	const summary = { created: 0, updated: 0, unchanged: 0 };
	const refused = [...folder.refused];
	const notes = [...folder.notes];
	const refusedPaths = [...folder.refusedPaths];
	const files = await withKeptAddresses(folder.articles, source);
	const owners = await sourcesOf(files.map(({ slug }) => slug));
	const saved: string[] = [];
	for (const { path, earlierSlug: _, draft: __, notes: ___, ...article } of files) {
		const owner = owners.get(article.slug);
		if (owner && owner !== source && owner !== DEMO_SOURCE) {
			refused.push(`${path}: the address "${article.slug}" is that of an article from "${owner}".`);
			refusedPaths.push(path);
			continue;
		}
		const { outcome } = await saveArticle({ ...article, source, sourcePath: path });
		summary[outcome]++;
		saved.push(article.slug);
		onProgress(article.slug, outcome);
	}
	for (const { slug, path, draft } of folder.drafts) {
		const withdrawn = saved.includes(slug) ? [] : await withdraw(slug, path, source);
		const also = withdrawn.length > 0 ? "; what was published of it was taken away" : "";
		notes.push(`${path}: not published (${draft})${also}.`);
		for (const one of withdrawn) onProgress(one, "removed");
	}
	const gone = folder.isWhole && saved.length > 0 ? await findGone(source, saved, refusedPaths) : [];
	if (isPruning && gone.length > 0) {
		await db.delete(articles).where(and(eq(articles.source, source), inArray(articles.slug, gone)));
		for (const slug of gone) onProgress(slug, "removed");
	} else if (isPruning && !folder.isWhole) {
		notes.push("Nothing was removed, because a part of the folder could not be read.");
	} else if (gone.length > 0) {
		notes.push(`No longer in the folder, and still published: ${gone.join(", ")}. --prune removes them.`);
	}
	return { ...summary, gone, refused, notes };
}

/**
 * Files under the addresses they are known by: one that was imported under an address of an earlier rule keeps it,
 * so that links to it stay good.
 */
async function withKeptAddresses(files: ArticleFile[], source: string): Promise<ArticleFile[]> {
	const earlier = files.flatMap(({ earlierSlug }) => earlierSlug ?? []);
	if (earlier.length === 0) return files;
	const rows = await db
		.select({
			slug: articles.slug,
			title: articles.title,
			source: articles.source,
			path: articles.sourcePath,
		})
		.from(articles)
		.where(inArray(articles.slug, earlier));
	const stored = new Map(rows.map((row) => [row.slug, row]));
	const taken = new Set(files.map(({ slug }) => slug));
	return files.map((file) => {
		const row = stored.get(file.earlierSlug ?? "");
		if (!row || taken.has(row.slug)) return file;
		const isOwn =
			row.source === null ? row.title === file.title : row.source === source && row.path === file.path;
		return isOwn ? { ...file, slug: row.slug } : file;
	});
}

async function sourcesOf(slugs: string[]): Promise<Map<string, string | null>> {
	if (slugs.length === 0) return new Map();
	const rows = await db
		.select({ slug: articles.slug, source: articles.source })
		.from(articles)
		.where(inArray(articles.slug, slugs));
	return new Map(rows.map((row) => [row.slug, row.source]));
}

/** Takes an article away whose file is a draft now. @returns the addresses it had. */
async function withdraw(slug: string, path: string, source: string): Promise<string[]> {
	const isOfFile = or(
		and(eq(articles.slug, slug), or(isNull(articles.source), eq(articles.source, source))),
		and(eq(articles.source, source), eq(articles.sourcePath, path)),
	);
	const rows = await db.delete(articles).where(isOfFile).returning({ slug: articles.slug });
	return rows.map((row) => row.slug);
}

/** Addresses of what this source brought before and its folder does not have any more, in order. */
async function findGone(source: string, saved: string[], refusedPaths: string[]): Promise<string[]> {
	const rows = await db
		.select({ slug: articles.slug })
		.from(articles)
		.where(
			and(
				eq(articles.source, source),
				notInArray(articles.slug, saved),
				refusedPaths.length > 0
					? notInArray(sql`coalesce(${articles.sourcePath}, '')`, refusedPaths)
					: undefined,
			),
		)
		.orderBy(asc(articles.slug));
	return rows.map((row) => row.slug);
}
