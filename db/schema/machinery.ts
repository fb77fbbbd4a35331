import { bigint, index, integer, jsonb, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { now } from "./columns.ts";

/** What the server processes share among themselves. */
/** Who is there: a lease each process renews for the people connected to it; a dead process's leases run out. */
export const presenceLeases = pgTable(
	"presence_leases",
	{
		/** `agent:<uuid>` or `customer:<session uuid>`. */
		party: text("party").notNull(),
		process: text("process").notNull(),
		until: timestamp("until", { withTimezone: true }).notNull(),
	},
	(t) => [primaryKey({ columns: [t.party, t.process] }), index("presence_leases_until").on(t.until)],
);

export const settings = pgTable("settings", {
	key: text("key").primaryKey(),
	value: jsonb("value").$type<unknown>().notNull(),
	updatedAt: now("updated_at"),
});

/** What strangers did in the current span of time; kept by the rate limiter. */
export const rateLimits = pgTable("rate_limits", {
	key: text("key").primaryKey(),
	points: integer("points").notNull().default(0),
	expire: bigint("expire", { mode: "number" }),
});
