import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createPassword } from "#app/models/agent/password.ts";

const PASSWORD_FILE = "demo-agent-password";

/**
 * Chooses the password of the demo agents: the configured one, otherwise the one stored in the data directory,
 * otherwise a new random one.
 * @param configured the value of DEMO_AGENT_PASSWORD.
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

/** Stores the present password of the demo agents in the data directory (mode 0600). */
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
