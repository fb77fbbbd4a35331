import { EnvironmentError } from "#app/env.server.ts";
import { DomainError } from "#app/models/errors.ts";
import { EmbeddedError } from "#db/embedded/index.ts";
import { databaseFault } from "./database-fault.ts";

/** Why a command cannot go on: one sentence for a person, with what to do about it. */
export class CommandError extends Error {}

/**
 * Runs a command to its end. What a person can put right is told in one sentence on stderr, without a stack;
 * anything else is a fault of ours and is shown whole. Either way the exit code is 1.
 */
export async function runCommand(work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		process.exitCode = 1;
		process.stderr.write(`${explain(error)}\n`);
	}
}

/** The sentence for an error, or its stack when it is not one that a person can put right. */
export function explain(error: unknown): string {
	for (const kind of [CommandError, EnvironmentError, EmbeddedError, DomainError]) {
		if (error instanceof kind) return error.message;
	}
	return databaseFault(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
}
