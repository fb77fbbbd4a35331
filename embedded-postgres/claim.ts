import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, ownMark } from "./processes.ts";

/** The sole right to a folder, held until released or until the process that holds it is gone. */
export interface Claim {
	release(): void;
}

/**
 * Tries to become the only holder of `directory`. Every contender first puts down an empty file whose name
 * says who it is, then looks for others, and steps back when it sees a living one: of two who both went on,
 * each would have had to miss the other's file. Both may step back, so callers try again after a random
 * moment. Nothing is ever taken away from a living process, and the files of dead ones are swept.
 * @returns the claim, or null when someone else holds it or is trying for it.
 */
export function tryClaim(directory: string): Claim | null {
	mkdirSync(directory, { recursive: true, mode: 0o700 });
	const own = ownMark();
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
