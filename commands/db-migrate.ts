import { runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

/** Migrates the database, because `withDatabase` migrates a database when it opens it. */
await runCommand(async () => {
	await withDatabase(async () => {});
	process.stdout.write("The database is up to date.\n");
});
