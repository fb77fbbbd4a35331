import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Env, setEnv } from "#app/env.server.ts";

const SECRET_BYTES = 32;
/** 12 characters of 64 kinds are 72 bits: short enough to type, too long to guess. */
const PASSWORD_BYTES = 9;
const PASSWORD_FILE = "demo-agent-password";

/**
 * Sets APP_SECRET and CUSTOMER_IDENTITY_SECRET for the embedded database where they are not given: made once
 * and kept in the data directory (0600), so that logins and identities survive a restart.
 */
export function provideSecrets(env: Env): void {
	const keep = (name: string) =>
		keepOnce(join(env.DATA_DIR, name), randomBytes(SECRET_BYTES).toString("hex"));
	setEnv({
		APP_SECRET: env.APP_SECRET ?? keep("app-secret"),
		CUSTOMER_IDENTITY_SECRET: env.CUSTOMER_IDENTITY_SECRET ?? keep("customer-identity-secret"),
	});
}

/**
 * The demo agents' password: DEMO_AGENT_PASSWORD, else a random one kept in the data directory (0600).
 * @returns the password, and whether the agents may still have another one.
 */
export function demoAgentPassword(env: Env): { password: string; isNew: boolean } {
	const file = join(env.DATA_DIR, PASSWORD_FILE);
	const kept = readIfThere(file);
	const password = env.DEMO_AGENT_PASSWORD ?? kept ?? makePassword();
	return { password, isNew: password !== kept };
}

/** Notes the password that the demo agents now have. */
export function keepDemoAgentPassword(env: Env, password: string): void {
	writeFileSync(join(env.DATA_DIR, PASSWORD_FILE), `${password}\n`, { mode: 0o600 });
}

/** A random password of 12 characters that can be selected with a double click. */
export function makePassword(): string {
	return randomBytes(PASSWORD_BYTES).toString("base64url").replaceAll("-", "x").replaceAll("_", "y");
}

/** The file's content; `value`, written there, when there is no such file yet. Safe among several processes. */
function keepOnce(file: string, value: string): string {
	const kept = readIfThere(file);
	if (kept !== null) return kept;
	const unfinished = `${file}.${process.pid}`;
	writeFileSync(unfinished, `${value}\n`, { mode: 0o600 });
	try {
		// A link appears whole or not at all, and never replaces what another process has just written.
		linkSync(unfinished, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	} finally {
		rmSync(unfinished, { force: true });
	}
	return readFileSync(file, "utf8").trim();
}

function readIfThere(file: string): string | null {
	try {
		return readFileSync(file, "utf8").trim();
	} catch {
		return null;
	}
}
