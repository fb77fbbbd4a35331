import pino from "pino";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";

/** Lines of JSON on standard error. Never a token, a password or the text of a message. */
export const log = singleton("log", () =>
	pino(
		{
			level: env().NODE_ENV === "test" ? "silent" : "info",
			base: { pid: process.pid },
			redact: ["*.password", "*.token", "*.authorization", "*.cookie", "*.message.message"],
		},
		pino.destination(2),
	),
);
