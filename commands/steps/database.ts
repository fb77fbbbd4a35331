import { env, setEnv } from "#app/env.server.ts";
import { migrate } from "#db/migrate.ts";
import type { DemoLogin } from "#demo/prepare-demo.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "#embedded-postgres/index.ts";
import { setMissingSecrets } from "./secrets.ts";

/** The database that a command uses: the one of DATABASE_URL, otherwise the embedded one. */
export interface DatabaseAccess {
	/** The running embedded database; null when DATABASE_URL is set. */
	embedded: EmbeddedDatabase | null;
	close(): Promise<void>;
}

/**
 * Opens and migrates the database. Afterwards the environment of this process contains the database's URL, and modules
 * that use the database may be imported (not earlier, because they read the environment once).
 * @throws EmbeddedDatabaseError, CommandError or the driver's error; `runCommand` prints each as one sentence.
 */
export async function openDatabase(role: "start" | "guest"): Promise<DatabaseAccess> {
	const settings = env();
	if (settings.DATABASE_URL) {
		// Migrations use a direct connection and no connection pooler, because the migration lock belongs to a connection
		// and a pooler shares connections.
		await migrate(settings.LISTEN_DATABASE_URL ?? settings.DATABASE_URL);
		setEnv({ MEVI_EMBEDDED: "" });
		return { embedded: null, close: closePools };
	}
	const embedded = await openEmbeddedDatabase({ dataDir: settings.DATA_DIR, role });
	try {
		await migrate(embedded.url);
		setMissingSecrets(settings);
		setEnv({ DATABASE_URL: embedded.url, MEVI_EMBEDDED: "yes" });
	} catch (error) {
		await embedded.close();
		throw error;
	}
	return {
		embedded,
		async close() {
			await closePools();
			await embedded.close();
		},
	};
}

/** Fills the embedded database with the demo store and its agents. Call it only after `openDatabase`. */
export async function prepareDemo(): Promise<DemoLogin> {
	const demo = await import("#demo/prepare-demo.ts");
	return demo.prepareDemo();
}

/** Closes the database connection pools of this process; does nothing when there are none. */
export async function closePools(): Promise<void> {
	const { closeDatabase } = await import("#db/client.server.ts");
	await closeDatabase();
}

/**
 * Runs a short command with the database. When the embedded server runs already, the command uses it; otherwise a
 * server is started for the command. `work` must import database modules only when it is called.
 */
export async function withDatabase<Result>(work: () => Promise<Result>): Promise<Result> {
	const access = await openDatabase("guest");
	try {
		return await work();
	} finally {
		await access.close();
	}
}
