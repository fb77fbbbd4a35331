import { asc, eq } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { articlePassages, articles } from "#db/schema.ts";
import { cutIntoPassages } from "./article-passages.ts";

export { type FoundPassage, searchPassages } from "./article-search.server.ts";

/** A knowledge article: what the assistant answers from and `/help/:slug` shows. `body` is Markdown. */
export type Article = {
	id: string;
	slug: string;
	title: string;
	body: string;
	locale: string;
	updatedAt: Date;
};

/** Every article without its body, by title. */
export async function listArticles(): Promise<Omit<Article, "body">[]> {
	return db
		.select({
			id: articles.id,
			slug: articles.slug,
			title: articles.title,
			locale: articles.locale,
			updatedAt: articles.updatedAt,
		})
		.from(articles)
		.orderBy(asc(articles.title));
}

/** One article with its Markdown, or null when no article has that slug. */
export async function getArticle(slug: string): Promise<Article | null> {
	const [article] = await db.select().from(articles).where(eq(articles.slug, slug));
	return article ?? null;
}

/**
 * Creates the article with that slug or replaces it, and cuts it into passages, all in one transaction,
 * so that a search never meets half an article.
 * @param options.body Markdown; @param options.locale BCP 47, "en" by default.
 * @returns the article's id, and whether anything differed from what was stored.
 */
export async function saveArticle(options: {
	slug: string;
	title: string;
	body: string;
	locale?: string;
}): Promise<{ id: string; outcome: "created" | "updated" | "unchanged" }> {
	const { slug, title, body, locale = "en" } = options;
	return db.transaction(async (tx) => {
		const [before] = await tx.select().from(articles).where(eq(articles.slug, slug)).for("update");
		if (before && before.title === title && before.body === body && before.locale === locale) {
			return { id: before.id, outcome: "unchanged" };
		}
		const [saved] = await tx
			.insert(articles)
			.values({ slug, title, body, locale })
			.onConflictDoUpdate({ target: articles.slug, set: { title, body, locale, updatedAt: new Date() } })
			.returning({ id: articles.id });
		if (!saved) throw new Error(`Saving the article ${slug} returned no row.`);
		await tx.delete(articlePassages).where(eq(articlePassages.articleId, saved.id));
		const passages = cutIntoPassages({ title, body });
		await tx.insert(articlePassages).values(
			passages.map((passage, position) => ({
				articleId: saved.id,
				position,
				title,
				heading: passage.heading,
				anchor: passage.anchor,
				body: passage.body,
			})),
		);
		return { id: saved.id, outcome: before ? "updated" : "created" };
	});
}
