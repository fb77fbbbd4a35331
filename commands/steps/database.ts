import { env, setEnv } from "#app/env.server.ts";
import { migrate } from "#db/migrate.ts";
import type { DemoLogin } from "#demo/prepare-demo.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "#embedded-postgres/index.ts";
import { provideSecrets } from "./secrets.ts";

/** A command's database: the one of DATABASE_URL, else the embedded one. */
export interface DatabaseAccess {
	/** The embedded database; null with DATABASE_URL. */
	embedded: EmbeddedDatabase | null;
	close(): Promise<void>;
}

/**
 * Opens and migrates the database. Afterwards the environment of this process contains its URL, and modules that use it
 * may be imported (never earlier, because they read the environment once).
 * @throws EmbeddedDatabaseError, CommandError or the driver's error; `runCommand` prints each as one sentence.
 */
export async function openDatabase(role: "start" | "guest"): Promise<DatabaseAccess> {
	const settings = env();
	if (settings.DATABASE_URL) {
		// Not through a pooler: the lock belongs to a connection, which a pooler shares.
		await migrate(settings.LISTEN_DATABASE_URL ?? settings.DATABASE_URL);
		setEnv({ MEVI_EMBEDDED: "" });
		return { embedded: null, close: closePools };
	}
	const embedded = await openEmbeddedDatabase({ dataDir: settings.DATA_DIR, role });
	try {
		await migrate(embedded.url);
		provideSecrets(settings);
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

/** Fills the embedded database with the demo store and its agents. Only after `openDatabase`. */
export async function prepareDemo(): Promise<DemoLogin> {
	const demo = await import("#demo/prepare-demo.ts");
	return demo.prepareDemo();
}

/** Closes the connection pools of this process; does nothing when there are none. */
export async function closePools(): Promise<void> {
	const { closeDatabase } = await import("#db/client.server.ts");
	await closeDatabase();
}

/**
 * Runs a short command with the database: attached to the running embedded server, else with one that is started for
 * the command. `work` must import database modules only when it is called.
 */
export async function withDatabase<Result>(work: () => Promise<Result>): Promise<Result> {
	const access = await openDatabase("guest");
	try {
		return await work();
	} finally {
		await access.close();
	}
}
