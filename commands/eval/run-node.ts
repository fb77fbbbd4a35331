import { spawn } from "node:child_process";
import { join } from "node:path";
import { childEnv } from "#app/env.server.ts";
import { ROOT } from "../steps/root.ts";

/**
 * Runs a Node script of this project in a separate process that uses another database.
 * @param input written to the script's stdin.
 * @param onLine called with each line of the script's output.
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
		// The script ended before it read its input; the exit code reports that, so this error is ignored.
	});
	child.stdin.end(input);
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code) => resolve({ code, stderr }));
	});
}
