import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** How a process ended, and what it wrote to its output. */
export interface Outcome {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** Starts one of the project's scripts with Node, as npm's scripts do. The caller ends the process. */
export function startScript(
	script: string,
	args: string[] = [],
	env: Record<string, string> = {},
): ChildProcess {
	return spawn(process.execPath, ["--import", "tsx", script, ...args], {
		cwd: ROOT,
		env: { ...process.env, ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
}

/** Runs one of the project's scripts until it ends. */
export function runScript(
	script: string,
	args: string[] = [],
	env: Record<string, string> = {},
): Promise<Outcome> {
	const child = startScript(script, args, env);
	const outcome: Outcome = { code: null, stdout: "", stderr: "" };
	child.stdout?.on("data", (chunk: Buffer) => {
		outcome.stdout += chunk;
	});
	child.stderr?.on("data", (chunk: Buffer) => {
		outcome.stderr += chunk;
	});
	return new Promise((resolve) => child.once("close", (code) => resolve({ ...outcome, code })));
}

/**
 * Waits for the first matching line of a process's output.
 * @throws when the process ends before the line, with its output.
 */
export function lineFrom(child: ChildProcess, pattern: RegExp): Promise<string> {
	return new Promise((resolve, reject) => {
		let output = "";
		const take = (chunk: Buffer) => {
			output += chunk;
			const line = output
				.split("\n")
				.slice(0, -1)
				.find((one) => pattern.test(one));
			if (line !== undefined) resolve(line);
		};
		child.stdout?.on("data", take);
		child.stderr?.on("data", take);
		child.once("close", () => reject(new Error(`It ended without that line, and wrote:\n${output}`)));
	});
}
