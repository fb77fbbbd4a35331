import type { ChildProcess } from "node:child_process";

/** Functions that clean up at the end of the run, however the run ends; the last function in the list runs first. */
export type Cleanups = (() => unknown)[];

const children = new Set<ChildProcess>();

/** Registers a child process of the run, which is killed at the end of the run. */
export function trackProcess<Child extends ChildProcess>(child: Child): Child {
	children.add(child);
	child.once("exit", () => children.delete(child));
	return child;
}

/**
 * Runs `work` within a time limit, runs the cleanups, and ends the process with the exit code that `work` returns, or
 * with 1 when the run was stopped, failed or took too long. @param tell describes the state of a run that took too
 * long.
 */
export function runWithTimeLimit(
	seconds: number,
	work: (undo: Cleanups) => Promise<number>,
	tell: () => string[] = () => [],
): void {
	const undo: Cleanups = [];
	let isEnding = false;
	async function end(code: number, why?: unknown) {
		if (isEnding) return;
		isEnding = true;
		if (why !== undefined) process.stderr.write(`${why instanceof Error ? why.stack : why}\n`);
		for (const step of undo.splice(0).reverse()) {
			try {
				await step();
			} catch {
				// After a failed cleanup the other cleanups must still run.
			}
		}
		process.exit(code);
	}
	// All child processes are killed, also when a cleanup failed. SIGKILL also ends a suspended process.
	process.on("exit", () => {
		for (const child of children) child.kill("SIGKILL");
	});
	setTimeout(
		() => void end(1, [`It did not end within ${seconds} s.`, ...tell()].join("\n")),
		seconds * 1_000,
	);
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end(1, signal));
	process.on("uncaughtException", (error) => void end(1, error));
	process.on("unhandledRejection", (error) => void end(1, error));
	work(undo).then(
		(code) => end(code),
		(error) => end(1, error),
	);
}
