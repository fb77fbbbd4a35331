import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, ownIdentity } from "./processes.ts";

/** The exclusive right of a process to a folder. The claim ends with `release` or with the process that holds it. */
export interface DirectoryClaim {
	release(): void;
}

/**
 * Tries to claim a folder. The process first writes an empty file named after itself into the folder, then looks for
 * files of other running processes, and gives up if there is one. Two processes can never both succeed, because each
 * would have to miss the other's file. Both may give up, so callers retry after a random time. Files of ended processes
 * are deleted.
 * @returns the claim, or null when another process has the claim or tries to get it.
 */
export function tryClaimDirectory(directory: string): DirectoryClaim | null {
	mkdirSync(directory, { recursive: true, mode: 0o700 });
	const own = ownIdentity();
	const name = `${own.pid}.${own.stamp}`;
	const file = join(directory, name);
	try {
		writeFileSync(file, "", { flag: "wx" });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return null;
		throw error;
	}
	const release = () => rmSync(file, { force: true });
	for (const other of readdirSync(directory)) {
		if (other === name) continue;
		const [pid, stamp = ""] = other.split(".");
		if (isRunning({ pid: Number(pid), stamp })) {
			release();
			return null;
		}
		rmSync(join(directory, other), { force: true });
	}
	return { release };
}
