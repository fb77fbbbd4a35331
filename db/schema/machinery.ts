import { bigint, index, integer, jsonb, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { timestampNowColumn } from "./columns.ts";

/**
 * Presence leases: each server process renews one for every agent and customer with an open page; the leases of a
 * dead process expire.
 */
export const presenceLeases = pgTable(
	"presence_leases",
	{
		/** The presence subject: `agent:<uuid>` or `customer:<session uuid>`. */
		party: text("party").notNull(),
		process: text("process").notNull(),
		until: timestamp("until", { withTimezone: true }).notNull(),
	},
	(t) => [primaryKey({ columns: [t.party, t.process] }), index("presence_leases_until").on(t.until)],
);

export const settings = pgTable("settings", {
	key: text("key").primaryKey(),
	value: jsonb("value").$type<unknown>().notNull(),
	updatedAt: timestampNowColumn("updated_at"),
});

/** Counters of the rate limiter for the current time window. */
export const rateLimits = pgTable("rate_limits", {
	key: text("key").primaryKey(),
	points: integer("points").notNull().default(0),
	expire: bigint("expire", { mode: "number" }),
});
