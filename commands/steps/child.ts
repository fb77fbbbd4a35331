import { type ChildProcess, spawn } from "node:child_process";
import { childEnv } from "#app/env.server.ts";
import { ROOT } from "./root.ts";

const EXIT_WITH_PARENT = new URL("./exit-with-parent.mjs", import.meta.url).href;

export interface NodeChildOptions {
	/** Environment variables in addition to those of this process. */
	env: Record<string, string>;
	/** `pipe` to read its output, `inherit` to let it write to our terminal. */
	output: "pipe" | "inherit";
	/** In its own process group: only this process receives Ctrl-C and decides when the child stops. */
	hasOwnProcessGroup?: boolean;
}

/** Starts a Node script in the project's folder, as a process that ends when this one does. */
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

/** How a child ended; `fault` is null for exit code 0. */
export function waitForExit(child: ChildProcess): Promise<{ fault: string | null }> {
	return new Promise((resolve) => {
		child.once("error", (error) => resolve({ fault: error.message }));
		child.once("exit", (code, signal) =>
			resolve({ fault: code === 0 ? null : (signal ?? `exit code ${code}`) }),
		);
	});
}
