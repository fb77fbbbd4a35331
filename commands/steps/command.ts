import { EnvironmentError } from "#app/env.server.ts";
import { DomainError } from "#app/models/errors.ts";
import { EmbeddedDatabaseError } from "#embedded-postgres/index.ts";
import { describeDatabaseFault } from "./database-fault.ts";

/** Why a command cannot continue: one sentence for the user that says what to do. */
export class CommandError extends Error {}

/**
 * Runs the work of a command. An error that the user can correct is printed as one sentence on stderr, without a stack;
 * any other error is printed with its stack. After an error the exit code is 1.
 */
export async function runCommand(work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		process.exitCode = 1;
		process.stderr.write(`${describeError(error)}\n`);
	}
}

/** The sentence for an error that the user can correct; for any other error its stack. */
export function describeError(error: unknown): string {
	for (const kind of [CommandError, EnvironmentError, EmbeddedDatabaseError, DomainError]) {
		if (error instanceof kind) return error.message;
	}
	return (
		describeDatabaseFault(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))
	);
}
