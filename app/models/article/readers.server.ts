import { type SQL, sql } from "drizzle-orm";
import { articles } from "#db/schema.ts";

/** Who reads: customers see what is for everyone, agents and their copilot everything. Both only what holds today. */
export type Readers = "customers" | "agents";

/** The condition on `articles` that these readers may see a row, by the day of the database's time zone. */
export function readableBy(readers: Readers): SQL {
	const holds = sql`(${articles.validFrom} is null or ${articles.validFrom} <= current_date)
		and (${articles.validUntil} is null or ${articles.validUntil} >= current_date)`;
	return readers === "agents" ? sql`(${holds})` : sql`(${articles.audience} = 'everyone' and ${holds})`;
}
