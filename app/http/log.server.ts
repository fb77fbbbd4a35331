import pino from "pino";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";

/**
 * An error for the log. Drizzle tells a failed query with its parameters ("Failed query: …\nparams: …"), which
 * are what people wrote and who they are: the statement, the place and the cause are kept, they are not.
 */
export function describeError(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const start = error.message.indexOf("\nparams: ");
	if (start === -1) return pino.stdSerializers.err(error);
	const statement = error.message.slice(0, start);
	// The stack begins with the message, parameters included; only what follows it are frames.
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

/** Lines of JSON on standard error. Never a token, a password or the text of a message. */
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
