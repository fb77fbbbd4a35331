import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Env, setEnv } from "#app/env.server.ts";

const SECRET_BYTES = 32;

/**
 * Sets APP_SECRET and CUSTOMER_IDENTITY_SECRET for the embedded database if they are missing. The secrets are created
 * once and stored in the data directory (mode 0600), so that logins and customer identities survive a restart.
 */
export function setMissingSecrets(env: Env): void {
	const keep = (name: string) =>
		readOrCreate(join(env.DATA_DIR, name), randomBytes(SECRET_BYTES).toString("hex"));
	setEnv({
		APP_SECRET: env.APP_SECRET ?? keep("app-secret"),
		CUSTOMER_IDENTITY_SECRET: env.CUSTOMER_IDENTITY_SECRET ?? keep("customer-identity-secret"),
	});
}

/**
 * Reads a file. If the file does not exist, `value` is written to it first. Several processes may call this at once.
 */
function readOrCreate(file: string, value: string): string {
	const kept = readIfExists(file);
	if (kept !== null) return kept;
	const unfinished = `${file}.${process.pid}`;
	writeFileSync(unfinished, `${value}\n`, { mode: 0o600 });
	try {
		// The file is created as a hard link to a complete temporary file, because that is atomic and never replaces a file
		// that another process has just written.
		linkSync(unfinished, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	} finally {
		rmSync(unfinished, { force: true });
	}
	return readFileSync(file, "utf8").trim();
}

function readIfExists(file: string): string | null {
	try {
		return readFileSync(file, "utf8").trim();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}
