import type { ChildProcess } from "node:child_process";

/** What has to be undone when the run ends, however it ends; the last first. */
export type Undo = (() => unknown)[];

const children = new Set<ChildProcess>();

/** Remembers a process of the run, so that none outlives it. */
export function track<Child extends ChildProcess>(child: Child): Child {
	children.add(child);
	child.once("exit", () => children.delete(child));
	return child;
}

/**
 * Does the work of a run within a bound, undoes what it set up, and ends the process with its exit code; with 1
 * when it was stopped, failed or took too long. @param tell what to say of the state it then was in.
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
				// The others still have to be undone.
			}
		}
		process.exit(code);
	}
	// The last resort, also when undoing failed. A stopped process takes this signal, too.
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
