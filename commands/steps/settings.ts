import { type Env, env } from "#app/env.server.ts";
import { CommandError } from "./command.ts";

/**
 * The settings of a server process from the environment, with the checks that only servers need.
 * @throws EnvironmentError, CommandError
 */
export function readServerEnv(): Env {
	const settings = env();
	if (settings.DATABASE_URL && !settings.APP_SECRET) {
		throw new CommandError(
			"APP_SECRET is required with DATABASE_URL, the same for every server process; " +
				"make one with `openssl rand -hex 32` and set it, for example in .env.",
		);
	}
	if (settings.RATE_LIMITS === "off") {
		process.stderr.write(
			"RATE_LIMITS=off: there are no rate limits. For benchmarks only, never in public.\n",
		);
	}
	if (settings.ASSISTANT === "off") {
		process.stderr.write(
			"ASSISTANT=off: the assistant does not answer, every new conversation waits for a person.\n",
		);
	}
	return settings;
}

/** The URL of the server that users open: PUBLIC_URL, otherwise localhost. Without a trailing slash. */
export function publicUrl(settings: Env, port: number): string {
	return (settings.PUBLIC_URL ?? `http://localhost:${port}`).replace(/(?<!\/)\/+$/, "");
}
