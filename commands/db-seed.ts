import { runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

/** Adds the demo store to the database, also to the one of DATABASE_URL, where it is never added automatically. */
await runCommand(async () => {
	await withDatabase(async () => {
		const { seedDemoStore } = await import("#demo/seed/seed-demo-store.ts");
		await seedDemoStore();
	});
	process.stdout.write("The demo store is in the database.\n");
});
