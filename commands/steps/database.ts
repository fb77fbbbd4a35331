import { env, setEnv } from "#app/env.server.ts";
import { type EmbeddedDatabase, openEmbedded } from "#db/embedded/index.ts";
import { migrate } from "#db/migrate.ts";
import { provideSecrets } from "./secrets.ts";

/** The database of a command: the one of DATABASE_URL, else the embedded one. */
export interface DatabaseAccess {
	/** Null with DATABASE_URL. */
	embedded: EmbeddedDatabase | null;
	close(): Promise<void>;
}

/**
 * Opens the database and brings it up to date; afterwards the environment of this process names it, and
 * modules that use it may be imported (they read the environment once, so never before).
 * @throws EmbeddedError, CommandError, or the driver's error, all told by `runCommand` in one sentence.
 */
export async function openDatabase(role: "start" | "guest"): Promise<DatabaseAccess> {
	const given = env();
	if (given.DATABASE_URL) {
		// Past the pooler, if there is one: the lock belongs to a connection, which a pooler hands on.
		await migrate(given.LISTEN_DATABASE_URL ?? given.DATABASE_URL);
		setEnv({ MEVI_EMBEDDED: "" });
		return { embedded: null, close: closePools };
	}
	const embedded = await openEmbedded({ dataDir: given.DATA_DIR, role });
	try {
		await migrate(embedded.url);
		provideSecrets(given);
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

/** Closes this process's own connections; harmless when it has none. */
export async function closePools(): Promise<void> {
	const { closeDatabase } = await import("#db/client.server.ts");
	await closeDatabase();
}

/**
 * Does a small command's work with the database: attached to the embedded server when it runs, else with it
 * started meanwhile. `work` imports what touches the database only when it is called.
 */
export async function withDatabase<Result>(work: () => Promise<Result>): Promise<Result> {
	const access = await openDatabase("guest");
	try {
		return await work();
	} finally {
		await access.close();
	}
}
