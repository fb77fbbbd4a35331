import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
	hashProcessStart,
	isRunning,
	type ProcessIdentity,
	readCommandLine,
	sendSignal,
	waitUntil,
} from "./processes.ts";

/** A running Postgres server, as its file postmaster.pid describes it. */
export interface Postmaster extends ProcessIdentity {
	isReady: boolean;
}

/**
 * Milliseconds for a fast shutdown of Postgres, which first writes everything to disk; that takes long for a large
 * database on a slow disk.
 */
const FAST_STOP_MS = 15_000;
const QUIT_STOP_MS = 5_000;

/**
 * Finds the Postgres server that runs on a cluster's folder; null if there is none. The file postmaster.pid survives a
 * crash, so the process that it names counts only if its command line contains this folder.
 */
export function findPostmaster(cluster: string): Postmaster | null {
	const file = join(cluster, "postmaster.pid");
	if (!existsSync(file)) return null;
	let lines: string[];
	try {
		lines = readFileSync(file, "utf8").split("\n");
	} catch {
		return null;
	}
	const pid = Number(lines[0]);
	const stamp = pid > 0 ? hashProcessStart(pid) : null;
	if (stamp === null || !readCommandLine(pid).includes(`-D ${cluster}`)) return null;
	// Line 8 of postmaster.pid is the server's state: "starting", "ready" or "stopping". pg_ctl waits for that line too.
	return { pid, stamp, isReady: lines[7]?.trim() === "ready" };
}

/**
 * Stops a Postgres server: first with SIGINT (fast shutdown), then SIGQUIT (at once, with recovery at the next start),
 * then SIGKILL. The data survives each of these signals.
 */
export async function stopPostmaster(identity: ProcessIdentity, isThrowaway = false): Promise<void> {
	if (!isThrowaway) {
		sendSignal(identity, "SIGINT");
		if (await waitUntil(() => !isRunning(identity), FAST_STOP_MS)) return;
	}
	sendSignal(identity, "SIGQUIT");
	if (await waitUntil(() => !isRunning(identity), QUIT_STOP_MS)) return;
	sendSignal(identity, "SIGKILL");
	await waitUntil(() => !isRunning(identity), QUIT_STOP_MS);
}

/** Stops the Postgres server that a killed keeper left running on this cluster's folder, if there is one. */
export async function stopLeftoverPostgres(cluster: string): Promise<void> {
	const running = findPostmaster(cluster);
	if (running) await stopPostmaster(running);
}
