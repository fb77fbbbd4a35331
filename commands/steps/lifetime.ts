import { setTimeout as delay } from "node:timers/promises";
import { env } from "#app/env.server.ts";
import { explain } from "./command.ts";

const PARENT_CHECK_MS = 500;
/** What hears that its work is no longer wanted stops long before; this is for what does not. */
const UNDER_WAY_MS = 15_000;

/** The life of a long-running command: what it must undo, and the one way it ends. */
export interface Lifetime {
	/** Aborted as soon as the command is to end, so that work under way can be dropped. */
	signal: AbortSignal;
	/** Waits for work under way before anything is undone, so that what it was just making is undone too. */
	track<Result>(underWay: Promise<Result>): Promise<Result>;
	/** Adds something to undo; the newest is undone first. */
	onEnd(undo: () => Promise<void>): void;
	/** Ends the command: undoes everything, then exits with 0, or with 1 after showing `message`. */
	end(message?: string): Promise<never>;
}

/**
 * Runs a command until it is told to stop (Ctrl-C, SIGTERM, its terminal or its npm gone), `work` throws, or
 * someone calls `end`. Signals that come while it ends change nothing.
 */
export async function live(work: (life: Lifetime) => Promise<void>): Promise<void> {
	const undos: (() => Promise<void>)[] = [];
	const underWay: Promise<unknown>[] = [];
	const abort = new AbortController();
	let ending: Promise<never> | undefined;

	const finish = async (message?: string): Promise<never> => {
		if (message !== undefined) process.stderr.write(`${message}\n`);
		abort.abort();
		await Promise.race([Promise.allSettled(underWay), delay(UNDER_WAY_MS)]);
		let exitCode = message === undefined ? 0 : 1;
		for (;;) {
			const undo = undos.pop();
			if (!undo) break;
			try {
				await undo();
			} catch (error) {
				exitCode = 1;
				process.stderr.write(`${explain(error)}\n`);
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
			underWay.push(work);
			return work;
		},
		onEnd: (undo) => void undos.push(undo),
		end,
	};

	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => void end());
	// A closed terminal or pipe must not stop us from stopping everything else.
	for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
	try {
		watchParent(() => void end());
		await work(life);
	} catch (error) {
		if (!abort.signal.aborted) await end(explain(error));
	}
}

/**
 * npm does not take its scripts along when it is killed. A command that somebody started by hand in the
 * background may well outlive its shell, so this holds only under npm.
 */
function watchParent(tell: () => void): void {
	if (!env().npm_lifecycle_event) return;
	const parent = process.ppid;
	const check = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(check);
		tell();
	}, PARENT_CHECK_MS);
	check.unref();
}
