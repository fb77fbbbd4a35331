import { expect, it } from "vitest";
import { db, sql } from "#db/client.server.ts";
import { isMigrated } from "#db/is-migrated.server.ts";
import { settings } from "#db/schema.ts";

it("gives each file a migrated database with its own epoch", async () => {
	expect(await isMigrated()).toBe(true);
	const rows = await db.select().from(settings);
	expect(rows.map((row) => row.key)).toEqual(["epoch"]);
	expect(String(rows[0]?.value).length).toBeGreaterThanOrEqual(8);
});

it("detects a missing migration", async () => {
	await sql`update drizzle.__drizzle_migrations set created_at = created_at - 1`;
	expect(await isMigrated()).toBe(false);
});

it("knows the letters of other scripts", async () => {
	const [row] = await sql`select lower('ÄÖŽ') as lower, to_tsvector('english', 'Žluť ÄPFEL')::text as words`;
	expect(row).toEqual({ lower: "äöž", words: "'äpfel':2 'žluť':1" });
});
