import { runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

/** Migrates the database; opening it does that. */
await runCommand(async () => {
	await withDatabase(async () => {});
	process.stdout.write("The database is up to date.\n");
});
