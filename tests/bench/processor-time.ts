import { readdirSync, readFileSync } from "node:fs";

/** Unit of processor time in Linux's /proc, in milliseconds (USER_HZ is 100 on all usual systems). */
const TICK_MS = 10;

/**
 * Processor time (user and system) that a process has used so far, in milliseconds. @throws on systems without /proc
 */
export function readProcessorMs(pid: number): number {
	const { userMs, systemMs } = readStat(pid);
	return userMs + systemMs;
}

/** The id of a process's parent process; null on systems without /proc. */
export function readParent(pid: number): number | null {
	try {
		return readStat(pid).parent;
	} catch {
		return null;
	}
}

/**
 * Processor time of a process, of its running child processes and of its ended child processes, in milliseconds; null
 * on systems without /proc.
 */
export function readProcessorMsOfTree(pid: number): number | null {
	try {
		const own = readStat(pid);
		let sum = own.userMs + own.systemMs + own.endedChildrenMs;
		for (const name of readdirSync("/proc")) {
			if (!/^\d+$/.test(name)) continue;
			try {
				const { parent, userMs, systemMs } = readStat(Number(name));
				if (parent === pid) sum += userMs + systemMs;
			} catch {
				// An error means that the process has ended since the list of processes was read.
			}
		}
		return sum;
	} catch {
		return null;
	}
}

function readStat(pid: number) {
	const text = readFileSync(`/proc/${pid}/stat`, "utf8");
	// The process's name, in brackets, may contain spaces, so fields are counted after it (man 5 proc).
	const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
	const ms = (index: number) => Number(fields[index]) * TICK_MS;
	return { parent: Number(fields[1]), userMs: ms(11), systemMs: ms(12), endedChildrenMs: ms(13) + ms(14) };
}
