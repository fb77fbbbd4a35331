import { runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

/** Puts the demo store into the database, also into one of DATABASE_URL: only whoever asks gets it there. */
await runCommand(async () => {
	await withDatabase(async () => {
		const { seedDemoStore } = await import("#db/seed.ts");
		await seedDemoStore();
	});
	process.stdout.write("The demo store is in the database.\n");
});
