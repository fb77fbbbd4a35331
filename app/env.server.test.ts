import { expect, it } from "vitest";
import { EnvironmentError, readEnv } from "./env.server.ts";

it("needs nothing to be set", () => {
	expect(readEnv({} as NodeJS.ProcessEnv)).toMatchObject({
		PORT: 3000,
		DATABASE_URL: undefined,
		ASSISTANT: "on",
	});
});

it("takes an empty variable for one that is not set", () => {
	const empty = { DATABASE_URL: "", APP_SECRET: "", PORT: "", HOST: "", RATE_LIMITS: "", NODE_ENV: "" };
	expect(readEnv(empty as unknown as NodeJS.ProcessEnv)).toMatchObject({
		PORT: 3000,
		APP_SECRET: undefined,
		RATE_LIMITS: "on",
	});
});

it("names every variable that cannot be used, each with its cure, in one sentence", () => {
	const wrong = { PORT: "three", DATABASE_URL: "mysql://x", APP_SECRET: "short", RATE_LIMITS: "no" };
	const read = () => readEnv(wrong as unknown as NodeJS.ProcessEnv);
	expect(read).toThrow(EnvironmentError);
	for (const name of Object.keys(wrong)) expect(read).toThrow(name);
	expect(read).toThrow(/PORT must be a number from 0 to 65535/);
	expect(read).toThrow(/RATE_LIMITS must be on or off/);
	expect(read).not.toThrow(/\n/);
});
