import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A process number and start time, which together distinguish a process from a later one that got an equal number. */
export interface ProcessIdentity {
	pid: number;
	/** A hash of the process's start time, as 12 hex digits. */
	stamp: string;
}

const POLL_MS = 20;

/**
 * A hash of a process's start time, as 12 hex digits; null if no process with that number runs (a zombie does not run).
 * The start time is needed because process numbers are reused, and another process must not be mistaken for the
 * Postgres server.
 */
export function hashProcessStart(pid: number): string | null {
	const start = process.platform === "linux" ? readStartOnLinux(pid) : readStartWithPs(pid);
	return start === null ? null : createHash("sha256").update(start).digest("hex").slice(0, 12);
}

/**
 * Format of proc(5): in /proc/<pid>/stat, field 3 is the process state and field 22 is the start time in ticks since
 * boot.
 */
function readStartOnLinux(pid: number): string | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		// Field 2 of /proc/<pid>/stat is the program's name in parentheses, which may contain spaces and parentheses.
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		if (fields[0] === "Z" || fields[0] === "X") return null;
		return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19]}`;
	} catch {
		return null;
	}
}

function readStartWithPs(pid: number): string | null {
	try {
		const line = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
		return line === "" || line.startsWith("Z") ? null : line.replace(/^\S+\s+/, "");
	} catch {
		return null;
	}
}

/** The process number and start time of this process. */
export function ownIdentity(): ProcessIdentity {
	return { pid: process.pid, stamp: hashProcessStart(process.pid) ?? "unknown" };
}

/** Whether the identified process is running, and not a later process with an equal number. */
export function isRunning(identity: ProcessIdentity): boolean {
	return hashProcessStart(identity.pid) === identity.stamp;
}

/** The command line of a process, its arguments separated by spaces; empty when the process cannot be read. */
export function readCommandLine(pid: number): string {
	try {
		if (process.platform === "linux") {
			return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
		}
		return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim();
	} catch {
		return "";
	}
}

/** Sends a signal to a process. @returns false if the process has ended. */
export function sendSignal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
	if (!isRunning(identity)) return false;
	try {
		return process.kill(identity.pid, name);
	} catch {
		return false;
	}
}

/** Waits until a condition is true. @returns whether it became true within `withinMs` milliseconds. */
export async function waitUntil(condition: () => boolean, withinMs: number): Promise<boolean> {
	const deadline = Date.now() + withinMs;
	while (!condition()) {
		if (Date.now() > deadline) return false;
		await delay(POLL_MS);
	}
	return true;
}
