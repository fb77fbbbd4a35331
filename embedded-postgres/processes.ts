import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** What tells one process from a later one with the same number. */
export interface ProcessMark {
	pid: number;
	/** 12 hex digits made of the moment the process began. */
	stamp: string;
}

const POLL_MS = 20;

/**
 * When the process began, as 12 hex digits, or null when nothing runs under that number (a zombie does not
 * run). A process number alone is reused sooner or later, and a stranger must not count as our server.
 */
export function stampOf(pid: number): string | null {
	const began = process.platform === "linux" ? beganOnLinux(pid) : beganElsewhere(pid);
	return began === null ? null : createHash("sha256").update(began).digest("hex").slice(0, 12);
}

/** proc(5): state is field 3 and the start time, in ticks since boot, field 22 of /proc/<pid>/stat. */
function beganOnLinux(pid: number): string | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		// The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		if (fields[0] === "Z" || fields[0] === "X") return null;
		return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19]}`;
	} catch {
		return null;
	}
}

function beganElsewhere(pid: number): string | null {
	try {
		const line = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
		return line === "" || line.startsWith("Z") ? null : line.replace(/^\S+\s+/, "");
	} catch {
		return null;
	}
}

/** The mark of this very process. */
export function ownMark(): ProcessMark {
	return { pid: process.pid, stamp: stampOf(process.pid) ?? "unknown" };
}

/** Whether exactly that process, and not a later one of its number, is running. */
export function isRunning(mark: ProcessMark): boolean {
	return stampOf(mark.pid) === mark.stamp;
}

/** The command line of a process, its arguments separated by spaces; empty when it cannot be read. */
export function commandLineOf(pid: number): string {
	try {
		if (process.platform === "linux") {
			return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
		}
		return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim();
	} catch {
		return "";
	}
}

/** Sends a signal; false when that process is no longer there. */
export function signal(mark: ProcessMark, name: NodeJS.Signals): boolean {
	if (!isRunning(mark)) return false;
	try {
		return process.kill(mark.pid, name);
	} catch {
		return false;
	}
}

/**
 * Waits until a condition holds.
 * @returns whether it held within `withinMs` milliseconds.
 */
export async function waitFor(condition: () => boolean, withinMs: number): Promise<boolean> {
	const deadline = Date.now() + withinMs;
	while (!condition()) {
		if (Date.now() > deadline) return false;
		await delay(POLL_MS);
	}
	return true;
}
