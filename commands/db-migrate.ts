import { runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

/** Brings the database up to date; opening it does exactly that. */
await runCommand(async () => {
	await withDatabase(async () => {});
	process.stdout.write("The database is up to date.\n");
});
