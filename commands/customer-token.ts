import { env } from "#app/env.server.ts";
import { parseSingleArgument } from "./steps/arguments.ts";
import { CommandError, runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

/** Prints a signed token for a customer, as the store's server makes it, alone on the last line. */
await runCommand(async () => {
	const { word: customerId } = parseSingleArgument("npm run customer:token -- ID");
	const token = await withDatabase(async () => {
		if (!env().CUSTOMER_IDENTITY_SECRET) {
			throw new CommandError(
				"CUSTOMER_IDENTITY_SECRET is not set, so no identity can be signed; set the one your shop signs with.",
			);
		}
		const { eq } = await import("drizzle-orm");
		const { db } = await import("#db/client.server.ts");
		const { customers } = await import("#db/schema.ts");
		if ((await db.$count(customers, eq(customers.id, customerId))) === 0) {
			throw new CommandError(`There is no customer ${customerId}.`);
		}
		const { signIdentity } = await import("#app/auth/identity.server.ts");
		return signIdentity(customerId);
	});
	process.stdout.write(`${token}\n`);
});
