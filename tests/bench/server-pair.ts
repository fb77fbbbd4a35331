import { type ChildProcess, execFileSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { readProcessorMs } from "./processor-time.ts";

/**
 * Number of garbage collections before memory is measured, because after many handshakes one collection does not
 * return all memory pages to the system.
 */
const COLLECTIONS = 3;
const BETWEEN_COLLECTIONS_MS = 1_000;

/** Measures memory and processor time of a pair of server processes, in the same way for both contenders. */
export function measurePair(processes: ChildProcess[]) {
	const pids = processes.map(({ pid }) => pid ?? 0);
	return {
		/**
		 * Requests garbage collections from each server process (see tests/setup/gc-on-signal.mjs), and then reads the
		 * memory of the process.
		 */
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
		const onOutput = (chunk: Buffer) => {
			if (!chunk.includes("collected")) return;
			clearTimeout(deadline);
			stdout?.off("data", onOutput);
			resolve();
		};
		stdout?.on("data", onOutput);
		child.kill("SIGUSR2");
	});
}
