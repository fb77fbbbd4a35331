import { setTimeout as delay } from "node:timers/promises";
import { freePort, startServerProcess, type TestServer } from "#tests/setup/server-process.ts";
import { track } from "./bounded.ts";

/** The resources that a server process reports after a garbage collection. */
export type Held = {
	/** Numbers of active resources by kind: TCPSocketWrap, Timeout … */
	counts: Record<string, number>;
	/** Maximum of unsent bytes in one socket. */
	unsentBytes: number;
	heapBytes: number;
	rssBytes: number;
};

/** The server processes of a run, each with a port that it keeps over its restarts. */
export type Fleet = {
	urls: string[];
	/** Kills a process at once and starts it again after `downMs`; resolves when it is ready. */
	kill(index: number, downMs: number): Promise<void>;
	/** Ends a process as a deploy does and starts it again. @returns its exit code. */
	restart(index: number): Promise<number | null>;
	/** Suspends a process (SIGSTOP) for `forMs`. */
	freeze(index: number, forMs: number): Promise<void>;
	/** Collects garbage in a process and reads its resources. */
	probe(index: number): Promise<Held>;
	/** Number of open streams of a process. */
	countStreams(index: number): Promise<number>;
	/** Processes that ended unexpectedly, with the end of their output. */
	surprises: string[];
	/** The errors that all processes have logged, including ended ones. */
	errors(): string[];
	stop(): Promise<void>;
};

const PROBE_MS = 20_000;
const OPTIONS = ["--expose-gc", "--import", "./tests/setup/gc-on-signal.mjs"];

/**
 * Starts `count` processes and waits until all are ready. @param options.env returns the environment of process
 * `index`.
 */
export async function startFleet(options: {
	count: number;
	env: (index: number) => Record<string, string>;
	build?: string;
}): Promise<Fleet> {
	const ports: number[] = [];
	for (let index = 0; index < options.count; index += 1) ports.push(await freePort());
	const surprises: string[] = [];
	const servers: (TestServer | null)[] = ports.map(() => null);
	/** Every process that was started. */
	const started: TestServer[] = [];
	let isStopping = false;

	async function start(index: number) {
		const env = { ...options.env(index), PORT: String(ports[index]) };
		const server = await startServerProcess(env, OPTIONS, {
			...(options.build ? { build: options.build } : {}),
			onSpawn: track,
		});
		started.push(server);
		if (isStopping) return void (await server.end("SIGKILL"));
		servers[index] = server;
		void server.gone.then((code) => {
			if (servers[index] !== server) return;
			surprises.push(`process ${index} ended by itself (${code}): ${server.output().slice(-600)}`);
			servers[index] = null;
			void start(index);
		});
	}
	function take(index: number): TestServer | null {
		const server = servers[index] ?? null;
		servers[index] = null;
		return server;
	}

	await Promise.all(ports.map((_, index) => start(index)));
	return {
		urls: ports.map((port) => `http://127.0.0.1:${port}`),
		async kill(index, downMs) {
			await take(index)?.end("SIGKILL");
			await delay(downMs);
			await start(index);
		},
		async restart(index) {
			const code = await take(index)?.end("SIGTERM");
			await start(index);
			return code ?? null;
		},
		async freeze(index, forMs) {
			const server = servers[index];
			server?.process.kill("SIGSTOP");
			await delay(forMs);
			server?.process.kill("SIGCONT");
		},
		async probe(index) {
			const server = servers[index];
			if (!server) throw new Error(`Process ${index} is not running.`);
			const before = server.output().length;
			server.process.kill("SIGUSR2");
			const deadline = Date.now() + PROBE_MS;
			for (;;) {
				const line = /^collected (\{.*\})$/m.exec(server.output().slice(before))?.[1];
				if (line) return JSON.parse(line) as Held;
				if (Date.now() > deadline) throw new Error(`Process ${index} does not say what it holds.`);
				await delay(20);
			}
		},
		async countStreams(index) {
			const response = await fetch(`http://127.0.0.1:${ports[index]}/readyz`, {
				signal: AbortSignal.timeout(5_000),
			});
			return ((await response.json()) as { streams: number }).streams;
		},
		surprises,
		errors: () => started.flatMap((server) => server.output().match(/^\{"level":50.*$/gm) ?? []),
		async stop() {
			isStopping = true;
			await Promise.all(ports.map((_, index) => take(index)?.end("SIGKILL")));
		},
	};
}
