import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { SERVER_BUILD } from "./build.ts";
import { spawnNode, waitForExit } from "./child.ts";
import { CommandError } from "./command.ts";
import { ROOT } from "./root.ts";

const REMIX_SERVE_CLI = join(ROOT, "node_modules/@remix-run/serve/dist/cli.js");
const READY_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 50;
/** Milliseconds for the server to end its open event streams; then the server process is killed. */
const DRAIN_TIMEOUT_MS = 12_000;

/** A running server process (remix-serve). */
export interface ServerProcess {
	/** Resolves when the server process has ended: with the error as text, or null. */
	ended: Promise<{ fault: string | null }>;
	stop(): Promise<void>;
}

/**
 * Starts remix-serve on the build as a separate process, and waits until the server answers.
 * @param port a free port.
 * @param host the address to listen on; undefined means all addresses.
 * @throws CommandError when the server ends early, or is not ready within a minute.
 */
export async function startServer(port: number, host?: string): Promise<ServerProcess> {
	const env = { NODE_ENV: "production", PORT: String(port) };
	const child = spawnNode(REMIX_SERVE_CLI, [SERVER_BUILD], { env, output: "pipe", hasOwnProcessGroup: true });
	const end = waitForExit(child);
	let isGone = false;
	let isStopping = false;
	void end.then(() => {
		isGone = true;
	});
	forwardOutput(child, () => isStopping);
	const server: ServerProcess = {
		ended: end,
		async stop() {
			isStopping = true;
			if (isGone) return;
			child.kill("SIGTERM");
			const cut = setTimeout(() => child.kill("SIGKILL"), DRAIN_TIMEOUT_MS);
			await end;
			clearTimeout(cut);
		},
	};
	const address = `http://${host === undefined || host === "0.0.0.0" || host === "::" ? "localhost" : host}:${port}`;
	const deadline = Date.now() + READY_TIMEOUT_MS;
	while (!(await isReady(address))) {
		if (isGone) {
			throw new CommandError(`The server ended before it was ready (${(await end).fault ?? "exit code 0"}).`);
		}
		if (Date.now() > deadline) {
			await server.stop();
			throw new CommandError(`The server did not become ready within ${READY_TIMEOUT_MS / 1000} seconds.`);
		}
		await delay(POLL_INTERVAL_MS);
	}
	return server;
}

async function isReady(address: string): Promise<boolean> {
	try {
		const response = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(5_000) });
		await response.body?.cancel();
		return response.ok;
	} catch {
		return false;
	}
}

/**
 * Forwards the server's output to this command's output, except remix-serve's own start message, because the command
 * prints the URL itself.
 */
function forwardOutput(child: ChildProcess, isStopping: () => boolean): void {
	for (const [from, to] of [
		[child.stdout, process.stdout],
		[child.stderr, process.stderr],
	] as const) {
		if (!from) continue;
		createInterface({ input: from }).on("line", (line) => {
			if (line.startsWith("[remix-serve]")) return;
			// This message of remix-serve is dropped: at the end it passes console.error to server.close, which calls it
			// without an error.
			if (isStopping() && line === "undefined") return;
			to.write(`${line}\n`);
		});
	}
}
