import pino from "pino";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";

/**
 * Serialises an error for the log. The message of a failed Drizzle query contains its parameters ("Failed query:
 * …\nparams: …"), which are personal data. The parameters are removed; statement, stack and cause are kept.
 */
export function describeError(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const start = error.message.indexOf("\nparams: ");
	if (start === -1) return pino.stdSerializers.err(error);
	const statement = error.message.slice(0, start);
	// The text `stack` begins with the error's message and its parameters, which are cut off; the stack frames follow.
	const [, frames = ""] = error.stack?.split(error.message) ?? [];
	return {
		type: error.name === "Error" ? error.constructor.name : error.name,
		message: statement,
		stack: statement + frames,
		...(error.cause instanceof Error
			? { cause: { message: error.cause.message, code: (error.cause as { code?: unknown }).code } }
			: {}),
	};
}

/** The application log: lines of JSON on standard error, without tokens, passwords and message texts. */
export const log = singleton("log", () =>
	pino(
		{
			level: env().NODE_ENV === "test" ? "silent" : "info",
			base: { pid: process.pid },
			serializers: { err: describeError },
			redact: ["*.password", "*.token", "*.authorization", "*.cookie", "*.message.message"],
		},
		pino.destination(2),
	),
);
