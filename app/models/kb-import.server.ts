import { saveArticle } from "./article.server.ts";
import { type ArticleFile, readArticles } from "./article-files.server.ts";

export { KnowledgeImportError, readArticle } from "./article-files.server.ts";

export type KnowledgeSummary = { created: number; updated: number; unchanged: number };

/**
 * Imports every Markdown file of a folder as a knowledge article. All files are read and checked before the
 * first is saved; a file that did not change is left alone, so a second run changes nothing.
 * @param onProgress called with each article's slug and what became of it.
 * @throws KnowledgeImportError when the folder or a file in it cannot be used.
 */
export async function importKnowledge(
	directory: string,
	onProgress?: (slug: string, outcome: keyof KnowledgeSummary) => void,
): Promise<KnowledgeSummary> {
	return saveArticleFiles(await readArticles(directory), onProgress);
}

/** Saves articles that `readArticles` read. */
export async function saveArticleFiles(
	files: ArticleFile[],
	onProgress: (slug: string, outcome: keyof KnowledgeSummary) => void = () => {},
): Promise<KnowledgeSummary> {
	const summary: KnowledgeSummary = { created: 0, updated: 0, unchanged: 0 };
	for (const { path: _, ...draft } of files) {
		const { outcome } = await saveArticle(draft);
		summary[outcome]++;
		onProgress(draft.slug, outcome);
	}
	return summary;
}
