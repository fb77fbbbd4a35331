import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "./driver.ts";
import { provideVectorTable } from "./vectors.ts";

/** Key of the Postgres advisory lock for migrations: an arbitrary fixed number. */
const MIGRATION_LOCK = 4_711_001;
const CONNECT_SECONDS = 10;
const MIGRATIONS_FOLDER = fileURLToPath(new URL("./migrations", import.meta.url));

/**
 * Migrates a database to this version of the application: our tables, the table for vector search if the database has
 * pgvector, and the settings row `epoch`. A lock ensures that processes that start together migrate once. A repeated
 * run changes nothing.
 * @param url postgres://… of an existing database.
 * @throws the driver's error when the database cannot be reached or refuses a statement.
 */
export async function migrate(url: string): Promise<void> {
	const client = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: CONNECT_SECONDS });
	try {
		await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
		await applyMigrations(drizzle(client), { migrationsFolder: MIGRATIONS_FOLDER });
		await provideVectorTable(client);
		const epoch = JSON.stringify(randomUUID());
		await client`insert into settings (key, value) values ('epoch', ${epoch}::text::jsonb) on conflict do nothing`;
	} finally {
		// Closing the connection releases the migration lock.
		await client.end({ timeout: 2 });
	}
}
