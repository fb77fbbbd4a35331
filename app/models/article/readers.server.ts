import { type SQL, sql } from "drizzle-orm";
import { articles } from "#db/schema.ts";

/**
 * Who reads articles. Customers see the articles for everyone; agents and the copilot see all articles. Both see only
 * articles that are valid today.
 */
export type ArticleReaders = "customers" | "agents";

/** SQL condition on `articles`: these readers may see the row today, in the database's time zone. */
export function readableBy(readers: ArticleReaders): SQL {
	const holds = sql`(${articles.validFrom} is null or ${articles.validFrom} <= current_date)
		and (${articles.validUntil} is null or ${articles.validUntil} >= current_date)`;
	return readers === "agents" ? sql`(${holds})` : sql`(${articles.audience} = 'everyone' and ${holds})`;
}
