import { type Env, env } from "#app/env.server.ts";
import { CommandError } from "./command.ts";

/**
 * The environment of a server process, checked for what only servers need.
 * @throws EnvironmentError, CommandError
 */
export function serverEnv(): Env {
	const given = env();
	if (given.DATABASE_URL && !given.APP_SECRET) {
		throw new CommandError(
			"APP_SECRET is required with DATABASE_URL, the same for every server process; " +
				"make one with `openssl rand -hex 32` and set it, for example in .env.",
		);
	}
	if (given.RATE_LIMITS === "off") {
		process.stderr.write("RATE_LIMITS=off: nobody is held back. For benchmarks only, never in public.\n");
	}
	if (given.ASSISTANT === "off") {
		process.stderr.write("ASSISTANT=off: nothing is answered, every new conversation waits for a person.\n");
	}
	return given;
}

/** Where people reach the server: PUBLIC_URL, else this machine. Without a slash at the end. */
export function publicAddress(given: Env, port: number): string {
	return (given.PUBLIC_URL ?? `http://localhost:${port}`).replace(/(?<!\/)\/+$/, "");
}
