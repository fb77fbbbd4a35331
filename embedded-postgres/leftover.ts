import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandLineOf, isRunning, type ProcessMark, signal, stampOf, waitFor } from "./processes.ts";

/** What a running Postgres says of itself in its data folder. */
export interface Postmaster extends ProcessMark {
	isReady: boolean;
}

/** A fast shutdown ends after writing everything out; that of a large database on a slow disk takes a while. */
const FAST_STOP_MS = 15_000;
const QUIT_STOP_MS = 5_000;

/**
 * The Postgres running on a cluster folder, or null. `postmaster.pid` survives a crash, so the process it
 * names counts only when its command line names this very folder.
 */
export function postmasterOf(cluster: string): Postmaster | null {
	const file = join(cluster, "postmaster.pid");
	if (!existsSync(file)) return null;
	let lines: string[];
	try {
		lines = readFileSync(file, "utf8").split("\n");
	} catch {
		return null;
	}
	const pid = Number(lines[0]);
	const stamp = pid > 0 ? stampOf(pid) : null;
	if (stamp === null || !commandLineOf(pid).includes(`-D ${cluster}`)) return null;
	// Line 8 is the state pg_ctl waits for: "starting", "ready", "stopping".
	return { pid, stamp, isReady: lines[7]?.trim() === "ready" };
}

/**
 * Stops a Postgres: SIGINT (fast shutdown), then SIGQUIT (at once, with recovery at the next start), then
 * SIGKILL. Data survives each of them.
 */
export async function stopPostmaster(mark: ProcessMark, isThrowaway = false): Promise<void> {
	if (!isThrowaway) {
		signal(mark, "SIGINT");
		if (await waitFor(() => !isRunning(mark), FAST_STOP_MS)) return;
	}
	signal(mark, "SIGQUIT");
	if (await waitFor(() => !isRunning(mark), QUIT_STOP_MS)) return;
	signal(mark, "SIGKILL");
	await waitFor(() => !isRunning(mark), QUIT_STOP_MS);
}

/** Stops a Postgres whose keeper is gone, if one still runs on this cluster folder. */
export async function stopLeftover(cluster: string): Promise<void> {
	const running = postmasterOf(cluster);
	if (running) await stopPostmaster(running);
}
