import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { SERVER_BUILD } from "./build.ts";
import { ended, spawnNode } from "./child.ts";
import { CommandError } from "./command.ts";
import { ROOT } from "./root.ts";

const CLI = join(ROOT, "node_modules/@remix-run/serve/dist/cli.js");
const READY_MS = 60_000;
const POLL_MS = 50;
/** The server says goodbye to its open streams first; what is not done by then is cut. */
const DRAIN_MS = 12_000;

/** A running remix-serve. */
export interface ServerProcess {
	/** Resolves with what went wrong, or null, when the process is gone. */
	ended: Promise<{ fault: string | null }>;
	stop(): Promise<void>;
}

/**
 * Starts remix-serve on what is built, as a process of its own, and waits until it answers.
 * @param port a free one; @param host the address to listen on, undefined for every one.
 * @throws CommandError when it ends before, or is not ready within a minute.
 */
export async function startServer(port: number, host?: string): Promise<ServerProcess> {
	const env = { NODE_ENV: "production", PORT: String(port) };
	const child = spawnNode(CLI, [SERVER_BUILD], { env, output: "pipe", isApart: true });
	const end = ended(child);
	let isGone = false;
	let isStopping = false;
	void end.then(() => {
		isGone = true;
	});
	passOn(child, () => isStopping);
	const server: ServerProcess = {
		ended: end,
		async stop() {
			isStopping = true;
			if (isGone) return;
			child.kill("SIGTERM");
			const cut = setTimeout(() => child.kill("SIGKILL"), DRAIN_MS);
			await end;
			clearTimeout(cut);
		},
	};
	const address = `http://${host === undefined || host === "0.0.0.0" || host === "::" ? "localhost" : host}:${port}`;
	const deadline = Date.now() + READY_MS;
	while (!(await isReady(address))) {
		if (isGone) {
			throw new CommandError(`The server ended before it was ready (${(await end).fault ?? "exit code 0"}).`);
		}
		if (Date.now() > deadline) {
			await server.stop();
			throw new CommandError(`The server did not become ready within ${READY_MS / 1000} seconds.`);
		}
		await delay(POLL_MS);
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

/** Shows the server's lines, except what remix-serve adds of its own: our lines say where it is. */
function passOn(child: ChildProcess, isStopping: () => boolean): void {
	for (const [from, to] of [
		[child.stdout, process.stdout],
		[child.stderr, process.stderr],
	] as const) {
		if (!from) continue;
		createInterface({ input: from }).on("line", (line) => {
			if (line.startsWith("[remix-serve]")) return;
			// It hands console.error to server.close, which calls it with no error.
			if (isStopping() && line === "undefined") return;
			to.write(`${line}\n`);
		});
	}
}
