import { and, asc, eq, lt, sql } from "drizzle-orm";
import { enqueueJob } from "#app/job-queue.server.ts";
import { searchConfig } from "#app/models/search/languages.ts";
import { db, type Transaction } from "#db/client.server.ts";
import { articlePassages, articles } from "#db/schema.ts";
import { withoutListMarkers } from "./blocks.ts";
import { removeHiddenParts } from "./markdown.ts";
import { PASSAGES_VERSION, type PassageText, splitIntoPassages } from "./passages.ts";
import { type ArticleReaders, readableBy } from "./readers.server.ts";

export { searchPassages } from "./search.server.ts";

/** A help article: the source of the assistant's answers and of the page `/help/:slug`. `body` is Markdown. */
export type Article = typeof articles.$inferSelect;

/** The articles that these readers may see, ordered by title, without their bodies. */
export async function listArticles(readers: ArticleReaders = "customers"): Promise<Omit<Article, "body">[]> {
	return listBy(readableBy(readers));
}

/** The languages of the articles that customers may read, as two-letter tags. */
export async function listArticleLanguages(): Promise<string[]> {
	const rows = await db
		.selectDistinct({ language: sql<string>`split_part(lower(${articles.locale}), '-', 1)` })
		.from(articles)
		.where(readableBy("customers"));
	return rows.map(({ language }) => language).sort();
}

/** All articles, including those that are not valid today, ordered by title, without their bodies. */
export async function listAllArticles(): Promise<Omit<Article, "body">[]> {
	return listBy(undefined);
}

function listBy(condition: ReturnType<typeof readableBy> | undefined) {
	const { body: _, ...columns } = articlesColumns;
	return db.select(columns).from(articles).where(condition).orderBy(asc(articles.title));
}

const articlesColumns = {
	id: articles.id,
	slug: articles.slug,
	title: articles.title,
	body: articles.body,
	locale: articles.locale,
	audience: articles.audience,
	validFrom: articles.validFrom,
	validUntil: articles.validUntil,
	source: articles.source,
	sourcePath: articles.sourcePath,
	passagesVersion: articles.passagesVersion,
	updatedAt: articles.updatedAt,
};

/** One article with its Markdown. Null when these readers may not see an article with that slug, or none exists. */
export async function getArticle(
	slug: string,
	readers: ArticleReaders = "customers",
): Promise<Article | null> {
	const [article] = await db
		.select()
		.from(articles)
		.where(and(eq(articles.slug, slug), readableBy(readers)));
	return article ?? null;
}

/** An article as its author writes it. `validFrom` and `validUntil` are days (2026-12-24), both inclusive. */
export type ArticleDraft = { slug: string; title: string; body: string } & Partial<
	Pick<Article, "locale" | "audience" | "validFrom" | "validUntil" | "source" | "sourcePath">
>;

/**
 * Creates or replaces the article with that slug and splits it into passages. This happens in one transaction, so that
 * a search never reads half an article. Comments, scripts and styles in the Markdown are not stored.
 * @param draft.source name of the import that brings the article; unchanged when absent.
 * @param draft.body Markdown.
 * @param draft.locale BCP 47, "en" by default.
 * @returns the article's id, and whether the stored article changed.
 */
export async function saveArticle(
	draft: ArticleDraft,
): Promise<{ id: string; outcome: "created" | "updated" | "unchanged" }> {
	const { slug, title, locale = "en", audience = "everyone" } = draft;
	const body = removeHiddenParts(draft.body).text;
	const { validFrom = null, validUntil = null } = draft;
	const content = { title, body, locale, audience, validFrom, validUntil };
	const origin = {
		...(draft.source === undefined ? {} : { source: draft.source }),
		...(draft.sourcePath === undefined ? {} : { sourcePath: draft.sourcePath }),
		passagesVersion: PASSAGES_VERSION,
	};
	const passages = splitIntoPassages({ title, body });
	const result = await db.transaction(async (tx) => {
		const [before] = await tx.select().from(articles).where(eq(articles.slug, slug)).for("update");
		const keys = Object.keys(content) as (keyof typeof content)[];
		const isSame = before && keys.every((key) => before[key] === content[key]);
		const isSplitAlike =
			before?.passagesVersion === PASSAGES_VERSION ||
			(isSame && (await hasPassages(tx, before.id, passages)));
		if (isSame && isSplitAlike) {
			await tx.update(articles).set(origin).where(eq(articles.id, before.id));
			return { id: before.id, outcome: "unchanged" as const };
		}
		const [saved] = await tx
			.insert(articles)
			.values({ slug, ...content, ...origin })
			.onConflictDoUpdate({
				target: articles.slug,
				set: { ...content, ...origin, updatedAt: sql`clock_timestamp()` },
			})
			.returning({ id: articles.id });
		if (!saved) throw new Error(`Saving the article ${slug} returned no row.`);
		await tx.delete(articlePassages).where(eq(articlePassages.articleId, saved.id));
		const config = searchConfig(locale);
		await tx.insert(articlePassages).values(
			passages.map((passage, position) => ({
				articleId: saved.id,
				position,
				title,
				heading: passage.heading,
				anchor: passage.anchor,
				body: passage.body,
				config,
				search: passageTsvector(config, { title, ...passage }),
			})),
		);
		return { id: saved.id, outcome: before ? ("updated" as const) : ("created" as const) };
	});
	if (result.outcome !== "unchanged") enqueueJob("embed-passages", null);
	return result;
}

/** Whether the article's stored passages equal the given passages. */
async function hasPassages(tx: Transaction, articleId: string, passages: PassageText[]): Promise<boolean> {
	const stored = await tx
		.select({ heading: articlePassages.heading, anchor: articlePassages.anchor, body: articlePassages.body })
		.from(articlePassages)
		.where(eq(articlePassages.articleId, articleId))
		.orderBy(asc(articlePassages.position));
	return (
		stored.length === passages.length &&
		stored.every((one, i) => {
			const other = passages[i];
			return one.heading === other?.heading && one.anchor === other.anchor && one.body === other.body;
		})
	);
}

/** Number of articles that are split into passages again in one transaction. */
const SPLIT_BATCH_SIZE = 50;

/**
 * Splits articles into passages again when an older version of this program made their passages.
 * @returns the number of articles.
 */
export async function resplitOutdatedArticles(): Promise<number> {
	let count = 0;
	for (;;) {
		const old = await db
			.select()
			.from(articles)
			.where(lt(articles.passagesVersion, PASSAGES_VERSION))
			.orderBy(asc(articles.id))
			.limit(SPLIT_BATCH_SIZE);
		for (const { id: _, updatedAt: __, passagesVersion: ___, ...draft } of old) await saveArticle(draft);
		count += old.length;
		if (old.length < SPLIT_BATCH_SIZE) return count;
	}
}

/**
 * SQL expression for the search vector (tsvector) of a passage. Slashes are replaced, because Postgres parses
 * "chairs/tables" as a file path. List markers are left out, because the number of an item is not a word.
 */
function passageTsvector(config: string, passage: { title: string; heading: string; body: string }) {
	const field = (text: string, weight: string) =>
		sql`setweight(to_tsvector(${config}::regconfig, translate(${text}, '/', ' ')), ${sql.raw(`'${weight}'`)})`;
	return sql`${field(passage.title, "A")} || ${field(passage.heading, "B")} || ${field(withoutListMarkers(passage.body), "C")}`;
}

/**
 * A version of all articles for customers. It changes when such an article changes, and on the day on which an article
 * becomes valid or expires. Cached answers of another version may be wrong.
 */
export async function knowledgeVersion(): Promise<string> {
	const [row] = await db
		.select({
			version: sql<string>`md5(coalesce(string_agg(${articles.id} || ' ' || ${articles.updatedAt}, ',' order by ${articles.id}), ''))`,
		})
		.from(articles)
		.where(readableBy("customers"));
	return row?.version ?? "";
}
