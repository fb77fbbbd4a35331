import { sql } from "./client.server.ts";
import journal from "./migrations/meta/_journal.json" with { type: "json" };

/**
 * Whether the database has every migration of this build, for `/readyz`. The newest migration of the build is
 * compared with the newest applied migration (drizzle stores its time stamp). False when the database has no tables
 * yet.
 * @throws the driver's error when the database cannot be reached.
 */
export async function isMigrated(): Promise<boolean> {
	const [tables] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as "isThere"`;
	if (!tables?.isThere) return false;
	const [applied] = await sql`select max(created_at)::float8 as newest from drizzle.__drizzle_migrations`;
	const newest = Math.max(...journal.entries.map((entry) => entry.when));
	return Number(applied?.newest ?? 0) >= newest;
}
