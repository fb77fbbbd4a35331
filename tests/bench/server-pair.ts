import { type ChildProcess, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** One collection after a burst of handshakes leaves pages that the next ones give back. */
const COLLECTIONS = 3;
const BETWEEN_COLLECTIONS_MS = 1_000;
/** Hundredths of a second: what the kernel counts processor time in, on every Linux one meets. */
const TICK_MS = 10;

/** What is measured of a pair of server processes, in the same way for both sides. */
export function measurePair(processes: ChildProcess[]) {
	const pids = processes.map(({ pid }) => pid ?? 0);
	return {
		/** Asks each for garbage collections (see tests/setup/gc-on-signal.mjs), then reads what it holds. */
		async residentBytes(): Promise<number> {
			for (let round = 0; round < COLLECTIONS; round += 1) {
				await Promise.all(processes.map(collect));
				await delay(BETWEEN_COLLECTIONS_MS);
			}
			const lines = execFileSync("ps", ["-o", "rss=", "-p", pids.join(",")], { encoding: "utf8" });
			return lines
				.trim()
				.split(/\s+/)
				.reduce((sum, kilobytes) => sum + Number(kilobytes) * 1024, 0);
		},
		processorMs(): number | null {
			try {
				return pids.reduce((sum, pid) => sum + readProcessorMs(pid), 0);
			} catch {
				return null;
			}
		},
		isAlive: () => processes.every(({ exitCode, signalCode }) => exitCode === null && signalCode === null),
	};
}

function collect(child: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		const { stdout } = child;
		const deadline = setTimeout(() => reject(new Error("A server did not collect its garbage.")), 20_000);
		const hear = (chunk: Buffer) => {
			if (!chunk.includes("collected")) return;
			clearTimeout(deadline);
			stdout?.off("data", hear);
			resolve();
		};
		stdout?.on("data", hear);
		child.kill("SIGUSR2");
	});
}

/** User and system time of a process from Linux's /proc. */
function readProcessorMs(pid: number): number {
	const text = readFileSync(`/proc/${pid}/stat`, "utf8");
	// The name, in brackets, may hold spaces; the 14th and 15th fields are the 12th and 13th behind it.
	const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
	return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
