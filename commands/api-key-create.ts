import { parseSingleArgument } from "./steps/arguments.ts";
import { runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

/** Creates an API key and prints the key once, alone on the last line. */
await runCommand(async () => {
	const { word: name } = parseSingleArgument("npm run api-key:create -- NAME");
	const { key } = await withDatabase(async () => {
		const { createApiKey } = await import("#app/models/api-key/api-key.server.ts");
		return createApiKey({ name });
	});
	process.stdout.write(`The key of ${name}, shown only here:\n${key}\n`);
});
