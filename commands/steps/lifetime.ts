import { setTimeout as delay } from "node:timers/promises";
import { env } from "#app/env.server.ts";
import { describeError } from "./command.ts";

const PARENT_CHECK_INTERVAL_MS = 500;
/** Maximum milliseconds that the end of a command waits for pending work that ignores the abort signal. */
const PENDING_TIMEOUT_MS = 15_000;

/** The lifetime of a long-running command: an abort signal, cleanups, and the function that ends the command. */
export interface Lifetime {
	/** Aborted when the command should end, so that pending work can stop. */
	signal: AbortSignal;
	/**
	 * Registers pending work. The end of the command waits for this work before the cleanups, so that the results are
	 * cleaned up too.
	 */
	track<Result>(pending: Promise<Result>): Promise<Result>;
	/** Adds a cleanup function for the end of the command; the newest cleanup runs first. */
	onEnd(cleanup: () => Promise<void>): void;
	/** Ends the command: runs all cleanups, then exits with 0, or with 1 after printing `message`. */
	end(message?: string): Promise<never>;
}

/**
 * Runs a command until one of these happens: it is stopped (Ctrl-C, SIGTERM, its terminal or its npm has ended), `work`
 * throws, or `end` is called. Signals that arrive while the command ends have no effect.
 */
export async function runUntilStopped(work: (life: Lifetime) => Promise<void>): Promise<void> {
	const cleanups: (() => Promise<void>)[] = [];
	const pending: Promise<unknown>[] = [];
	const abort = new AbortController();
	let ending: Promise<never> | undefined;

	const finish = async (message?: string): Promise<never> => {
		if (message !== undefined) process.stderr.write(`${message}\n`);
		abort.abort();
		await Promise.race([Promise.allSettled(pending), delay(PENDING_TIMEOUT_MS)]);
		let exitCode = message === undefined ? 0 : 1;
		for (;;) {
			const cleanup = cleanups.pop();
			if (!cleanup) break;
			try {
				await cleanup();
			} catch (error) {
				exitCode = 1;
				process.stderr.write(`${describeError(error)}\n`);
			}
		}
		process.exit(exitCode);
	};
	const end = (message?: string): Promise<never> => {
		ending ??= finish(message);
		return ending;
	};
	const life: Lifetime = {
		signal: abort.signal,
		track(work) {
			pending.push(work);
			return work;
		},
		onEnd: (cleanup) => void cleanups.push(cleanup),
		end,
	};

	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => void end());
	// Writing to a closed terminal or pipe must not prevent the cleanups.
	for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
	try {
		watchParent(() => void end());
		await work(life);
	} catch (error) {
		if (!abort.signal.aborted) await end(describeError(error));
	}
}

/**
 * Ends the command when the npm that runs it has been killed, because npm does not end its scripts then. A command that
 * a user started without npm, in the background, may outlive its shell, so it is not ended.
 */
function watchParent(onParentGone: () => void): void {
	if (!env().npm_lifecycle_event) return;
	const parent = process.ppid;
	const check = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(check);
		onParentGone();
	}, PARENT_CHECK_INTERVAL_MS);
	check.unref();
}
