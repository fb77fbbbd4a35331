import { and, asc, eq, inArray, isNull, notInArray, or, sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { articles } from "#db/schema.ts";
import { saveArticle } from "./article.server.ts";
import { type ArticleFile, type ArticleFolder, readArticles } from "./files.server.ts";

export { readArticle } from "./files.server.ts";

/** Name of the import of an article folder for which no name was given. */
const DEFAULT_SOURCE = "folder";
/** Name of the import of the demo store's articles. Imports with any other name may replace these articles. */
const DEMO_SOURCE = "demo";

export type ImportOptions = {
	/** Name of this import. The import replaces and removes only articles of an earlier import with this name. */
	source?: string;
	/** Whether to remove articles that an earlier import with this name brought and that are no longer in the folder. */
	isPruning?: boolean;
};

export type KnowledgeSummary = {
	created: number;
	updated: number;
	unchanged: number;
	/** Slugs of articles that were removed or, when `isPruning` is false, that are missing from the folder. */
	gone: string[];
	refused: string[];
	notes: string[];
};

type ArticleImportOutcome = "created" | "updated" | "unchanged" | "removed";

/**
 * Imports every Markdown file of a folder as an article. A file with a fault is reported in `refused`, and its stored
 * article stays. Drafts are not published. Unchanged files are skipped.
 * @param onProgress called with each article's slug and outcome, such as "updated".
 * @throws KnowledgeImportError when the folder cannot be used.
 */
export async function importKnowledge(
	directory: string,
	options: ImportOptions = {},
	onProgress?: (slug: string, outcome: ArticleImportOutcome) => void,
): Promise<KnowledgeSummary> {
	return saveArticleFolder(await readArticles(directory), options, onProgress);
}

/** Saves the articles that `readArticles` has read from a folder. */
export async function saveArticleFolder(
	folder: ArticleFolder,
	{ source = DEFAULT_SOURCE, isPruning = false }: ImportOptions = {},
	onProgress: (slug: string, outcome: ArticleImportOutcome) => void = () => {},
): Promise<KnowledgeSummary> {
	const summary = { created: 0, updated: 0, unchanged: 0 };
	const refused = [...folder.refused];
	const notes = [...folder.notes];
	const refusedPaths = [...folder.refusedPaths];
	const files = await keepLegacySlugs(folder.articles, source);
	const sourceOfSlug = await sourcesOf(files.map(({ slug }) => slug));
	const saved: string[] = [];
	for (const { path, legacySlug: _, draft: __, notes: ___, ...article } of files) {
		const owner = sourceOfSlug.get(article.slug);
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
		const withdrawn = saved.includes(slug) ? [] : await removeDraftArticle(slug, path, source);
		const also = withdrawn.length > 0 ? "; what was published of it was taken away" : "";
		notes.push(`${path}: not published (${draft})${also}.`);
		for (const one of withdrawn) onProgress(one, "removed");
	}
	const gone =
		folder.isComplete && saved.length > 0 ? await findMissingSlugs(source, saved, refusedPaths) : [];
	if (isPruning && gone.length > 0) {
		await db.delete(articles).where(and(eq(articles.source, source), inArray(articles.slug, gone)));
		for (const slug of gone) onProgress(slug, "removed");
	} else if (isPruning && !folder.isComplete) {
		notes.push("Nothing was removed, because a part of the folder could not be read.");
	} else if (gone.length > 0) {
		notes.push(`No longer in the folder, and still published: ${gone.join(", ")}. --prune removes them.`);
	}
	return { ...summary, gone, refused, notes };
}

/**
 * Gives files the slug under which they were imported before, even if the present rule for slugs makes another, so that
 * links to their help pages still work.
 */
async function keepLegacySlugs(files: ArticleFile[], source: string): Promise<ArticleFile[]> {
	const earlier = files.flatMap(({ legacySlug }) => legacySlug ?? []);
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
		const row = stored.get(file.legacySlug ?? "");
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

/**
 * Removes the stored article of a file that has become a draft.
 * @returns the slugs that were removed.
 */
async function removeDraftArticle(slug: string, path: string, source: string): Promise<string[]> {
	const isOfFile = or(
		and(eq(articles.slug, slug), or(isNull(articles.source), eq(articles.source, source))),
		and(eq(articles.source, source), eq(articles.sourcePath, path)),
	);
	const rows = await db.delete(articles).where(isOfFile).returning({ slug: articles.slug });
	return rows.map((row) => row.slug);
}

/** Slugs of articles that this import brought before and that the folder no longer contains, in order. */
async function findMissingSlugs(source: string, saved: string[], refusedPaths: string[]): Promise<string[]> {
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
