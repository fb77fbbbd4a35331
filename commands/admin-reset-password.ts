import { createPassword } from "#app/models/agent/password.ts";
import { parseEmail, parseSingleArgument } from "./steps/arguments.ts";
import { runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

/** Sets a new password for an agent, ends the agent's logins, and prints the password once. */
await runCommand(async () => {
	const email = parseEmail(parseSingleArgument("npm run admin:reset-password -- EMAIL").word);
	const password = createPassword();
	await withDatabase(async () => {
		const { setAgentPassword } = await import("#app/models/agent/agent.server.ts");
		await setAgentPassword({ email, password });
	});
	process.stdout.write(`${email} has a new password, shown only here:\n${password}\n`);
});
