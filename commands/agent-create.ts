import { createPassword } from "#app/models/agent/password.ts";
import { parseEmail, parseSingleArgument } from "./steps/arguments.ts";
import { runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

/** Creates an agent and prints the password once. */
await runCommand(async () => {
	const { word, options } = parseSingleArgument("npm run agent:create -- EMAIL [--name NAME]", ["name"]);
	const email = parseEmail(word);
	const password = createPassword();
	await withDatabase(async () => {
		const { createAgent } = await import("#app/models/agent/agent.server.ts");
		await createAgent({ email, name: options.name ?? nameFromEmail(email), password });
	});
	process.stdout.write(`${email} can sign in now; the password is shown only here:\n${password}\n`);
});

/** The name in an email address: anna.berg@example.com gives Anna Berg. */
function nameFromEmail(email: string): string {
	const words = (email.split("@")[0] ?? "").split(/[._+-]+/).filter(Boolean);
	return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ") || email;
}
