import { setTimeout as delay } from "node:timers/promises";
import { freePort, startServerProcess, type TestServer } from "#tests/setup/server-process.ts";
import { trackProcess } from "./bounded.ts";

/** The resources of a server process, as it reports them after a garbage collection. */
export type ProcessResources = {
	/** Number of active Node resources by kind: TCPSocketWrap, Timeout … */
	counts: Record<string, number>;
	/** Number of unsent bytes in the socket that has the most. */
	unsentBytes: number;
	heapBytes: number;
	rssBytes: number;
};

/** The server processes of a run. Each process keeps its port when it is started again. */
export type Fleet = {
	urls: string[];
	/** Kills a server process and starts it again after `downMs`. Resolves when the process is ready. */
	kill(index: number, downMs: number): Promise<void>;
	/**
	 * Stops a server process as a deployment does, and starts it again when it has ended. @returns the exit code of the
	 * stopped process.
	 */
	restart(index: number): Promise<number | null>;
	/** Suspends a server process (SIGSTOP) for a time. */
	freeze(index: number, forMs: number): Promise<void>;
	/** Collects garbage in a server process and reads its remaining resources. */
	probe(index: number): Promise<ProcessResources>;
	/** Number of open event streams of a server process. */
	countStreams(index: number): Promise<number>;
	/** Server processes that ended without being stopped, with the last lines of their output. */
	surprises: string[];
	/** The errors that all server processes have logged, including processes that have ended. */
	errors(): string[];
	stop(): Promise<void>;
};

const PROBE_TIMEOUT_MS = 20_000;
const NODE_OPTIONS = ["--expose-gc", "--import", "./tests/setup/gc-on-signal.mjs"];

/**
 * Starts `count` server processes and waits until all are ready. @param options.env returns the environment variables
 * of process `index`.
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
	/** Every server process that was started in this run so far. */
	const started: TestServer[] = [];
	let isStopping = false;

	async function start(index: number) {
		const env = { ...options.env(index), PORT: String(ports[index]) };
		const server = await startServerProcess(env, NODE_OPTIONS, {
			...(options.build ? { build: options.build } : {}),
			onSpawn: trackProcess,
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
			const deadline = Date.now() + PROBE_TIMEOUT_MS;
			for (;;) {
				const line = /^collected (\{.*\})$/m.exec(server.output().slice(before))?.[1];
				if (line) return JSON.parse(line) as ProcessResources;
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
