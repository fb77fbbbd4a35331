import { type ChildProcess, spawn } from "node:child_process";
import { childEnv } from "#app/env.server.ts";
import { ROOT } from "./root.ts";

const EXIT_WITH_PARENT = new URL("./exit-with-parent.mjs", import.meta.url).href;

export interface NodeChildOptions {
	/** Environment variables of the child process, in addition to those of this process. */
	env: Record<string, string>;
	/** `pipe` to read the child's output, `inherit` to let the child write to this command's terminal. */
	output: "pipe" | "inherit";
	/**
	 * Puts the child into its own process group: Ctrl-C then reaches only this process, which decides when the child
	 * stops.
	 */
	hasOwnProcessGroup?: boolean;
}

/** Starts a Node script in the project's folder, as a child process that ends when this process ends. */
export function spawnNode(
	script: string,
	args: string[],
	{ env, output, hasOwnProcessGroup: isApart = false }: NodeChildOptions,
): ChildProcess {
	return spawn(process.execPath, ["--import", EXIT_WITH_PARENT, script, ...args], {
		cwd: ROOT,
		detached: isApart,
		env: childEnv(env),
		stdio: [output === "inherit" ? "inherit" : "ignore", output, output, "ipc"],
	});
}

/** Waits until a child process has ended. `fault` says how it failed; it is null for exit code 0. */
export function waitForExit(child: ChildProcess): Promise<{ fault: string | null }> {
	return new Promise((resolve) => {
		child.once("error", (error) => resolve({ fault: error.message }));
		child.once("exit", (code, signal) =>
			resolve({ fault: code === 0 ? null : (signal ?? `exit code ${code}`) }),
		);
	});
}
