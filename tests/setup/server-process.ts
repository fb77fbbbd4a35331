import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { ensureBuild, SERVER_BUILD } from "#commands/steps/build.ts";

const ROOT = join(import.meta.dirname, "../..");
const READY_MS = 60_000;

export type TestServer = {
	url: string;
	process: ChildProcess;
	/** Resolves with the exit code when the server process has ended. */
	gone: Promise<number | null>;
	/** The output of the server process so far, for the message of a failed test. */
	output: () => string;
	/** Sends a signal to the server process and resolves with the exit code when the process has ended. */
	end: (signal?: NodeJS.Signals) => Promise<number | null>;
};

/**
 * Starts remix-serve on the real build as a separate process, with this test file's database, and waits until the
 * server is ready.
 * @param env may contain the PORT, else a free one is used.
 * @param nodeOptions options of Node itself, for example `--expose-gc`.
 * @param special another build, for intentionally faulty servers, and a callback that gets the process before it is
 * ready.
 */
export async function startServerProcess(
	env: Record<string, string> = {},
	nodeOptions: string[] = [],
	special: { build?: string; onSpawn?: (child: ChildProcess) => void } = {},
): Promise<TestServer> {
	await ensureBuild();
	const port = Number(env.PORT) || (await freePort());
	const cli = join(ROOT, "node_modules/@remix-run/serve/dist/cli.js");
	const child = spawn(process.execPath, [...nodeOptions, cli, special.build ?? SERVER_BUILD], {
		cwd: ROOT,
		env: {
			...process.env,
			VITEST: "",
			NODE_ENV: "production",
			PORT: String(port),
			HOST: "127.0.0.1",
			...env,
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
	special.onSpawn?.(child);
	let written = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (written += chunk));
	const gone = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
	const url = `http://127.0.0.1:${port}`;
	const deadline = Date.now() + READY_MS;
	for (;;) {
		const isReady = await fetch(`${url}/readyz`).then(
			(response) => response.ok,
			() => false,
		);
		if (isReady) break;
		const hasEnded = child.exitCode !== null || child.signalCode !== null;
		if (hasEnded || Date.now() > deadline) {
			child.kill("SIGKILL");
			throw new Error(`The server did not become ready. It wrote:\n${written}`);
		}
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	return {
		url,
		process: child,
		gone,
		output: () => written,
		end(signal = "SIGTERM") {
			if (child.exitCode === null) child.kill(signal);
			return gone;
		},
	};
}

/** Finds a TCP port on the loopback interface that was just free. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const address = probe.address();
			probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
		});
	});
}
