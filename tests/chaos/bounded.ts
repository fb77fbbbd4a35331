import type { ChildProcess } from "node:child_process";

/** Cleanups that run when the run ends for any reason, the last one first. */
export type Undo = (() => unknown)[];

const children = new Set<ChildProcess>();

/** Registers a child process of the run, so that it is killed at the end. */
export function track<Child extends ChildProcess>(child: Child): Child {
	children.add(child);
	child.once("exit", () => children.delete(child));
	return child;
}

/**
 * Runs work with a time limit, runs the cleanups, and ends the process with its exit code, or with 1 when it was
 * stopped, failed or timed out. @param tell returns lines about the state at that time.
 */
export function runBounded(
	seconds: number,
	work: (undo: Undo) => Promise<number>,
	tell: () => string[] = () => [],
): void {
	const undo: Undo = [];
	let isEnding = false;
	async function end(code: number, why?: unknown) {
		if (isEnding) return;
		isEnding = true;
		if (why !== undefined) process.stderr.write(`${why instanceof Error ? why.stack : why}\n`);
		for (const step of undo.splice(0).reverse()) {
			try {
				await step();
			} catch {
				// The other cleanups must still run.
			}
		}
		process.exit(code);
	}
	// The last resort, also when a cleanup failed. SIGKILL also ends a process that is stopped by SIGSTOP.
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
