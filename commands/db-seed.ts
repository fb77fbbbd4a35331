import { runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

/** Adds the demo store to the database. A database named by DATABASE_URL gets the demo store only by this command. */
await runCommand(async () => {
	await withDatabase(async () => {
		const { seedDemoStore } = await import("#demo/seed/seed-demo-store.ts");
		await seedDemoStore();
	});
	process.stdout.write("The demo store is in the database.\n");
});
