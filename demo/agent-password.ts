import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createPassword } from "#app/models/agent/password.ts";

const PASSWORD_FILE = "demo-agent-password";

/**
 * The demo agents' password: the given one, else the one stored in the data directory, else a new random one.
 * @param configured DEMO_AGENT_PASSWORD.
 * @returns the password, and whether it differs from the stored one, so that the agents must be updated.
 */
export function chooseDemoAgentPassword(
	dataDir: string,
	configured: string | undefined,
): { password: string; isNew: boolean } {
	const stored = readStoredPassword(dataDir);
	const password = configured ?? stored ?? createPassword();
	return { password, isNew: password !== stored };
}

/** Stores the password that the demo agents now have (mode 0600). */
export function storeDemoAgentPassword(dataDir: string, password: string): void {
	writeFileSync(join(dataDir, PASSWORD_FILE), `${password}\n`, { mode: 0o600 });
}

function readStoredPassword(dataDir: string): string | null {
	try {
		return readFileSync(join(dataDir, PASSWORD_FILE), "utf8").trim();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}
