import { spawn } from "node:child_process";
import { join } from "node:path";
import { childEnv } from "#app/env.server.ts";
import { ROOT } from "../steps/root.ts";

/**
 * Runs one of our scripts with a store, in a separate process.
 * @param input written to its stdin; @param onLine called with each line of its output.
 */
export function runNode(
	script: string,
	args: string[],
	databaseUrl: string,
	{ input = "", onLine = () => {} }: { input?: string; onLine?: (line: string) => void } = {},
): Promise<{ code: number | null; stderr: string }> {
	const child = spawn(process.execPath, ["--import", "tsx", join(ROOT, script), ...args], {
		env: childEnv({ DATABASE_URL: databaseUrl }),
		stdio: "pipe",
	});
	let stderr = "";
	let rest = "";
	child.stderr.on("data", (chunk: Buffer) => {
		stderr += chunk;
	});
	child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
		const lines = (rest + chunk).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) onLine(line);
	});
	child.stdin.on("error", () => {
		// The process ended before it read its input; its exit code shows that.
	});
	child.stdin.end(input);
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code) => resolve({ code, stderr }));
	});
}
