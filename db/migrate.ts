import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { provideVectorTable } from "./vectors.ts";

/** Any fixed number; every process that migrates asks for the same one. */
const MIGRATION_LOCK = 4_711_001;
const CONNECT_SECONDS = 10;
const FOLDER = fileURLToPath(new URL("./migrations", import.meta.url));

/**
 * Brings a database to the state this version needs: our tables, one for vectors where it has
 * pgvector, and the row `epoch` that tells this database from any other. Runs under a lock, so that processes starting together do it once;
 * doing it again changes nothing.
 * @param url postgres://… of a database that exists.
 * @throws the driver's error when it cannot be reached or refuses a statement.
 */
export async function migrate(url: string): Promise<void> {
	const client = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: CONNECT_SECONDS });
	try {
		await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
		await applyMigrations(drizzle(client), { migrationsFolder: FOLDER });
		await provideVectorTable(client);
		const epoch = JSON.stringify(randomUUID());
		await client`insert into settings (key, value) values ('epoch', ${epoch}::text::jsonb) on conflict do nothing`;
	} finally {
		// Ending the connection also frees the lock.
		await client.end({ timeout: 2 });
	}
}
