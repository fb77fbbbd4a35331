import type { ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lineFrom, runScript, startScript } from "../setup/processes.ts";
import { DEMO_AGENT_PASSWORD } from "./demo-agent.ts";

/** A process of the app that one test file starts for itself, besides the app that all files share. */
export interface Instance {
	/** URL without a slash at the end. */
	address: string;
	stop(): Promise<void>;
}

/** Another server process, which a test may also kill as in a crash. */
export interface ServerProcess extends Instance {
	kill(): Promise<void>;
}

/** A complete app of a test file, with settings that it can change. */
export interface OwnApp extends Instance {
	/** Runs `npm run setting -- KEY JSON`. */
	set(key: string, value: unknown): Promise<void>;
}

/**
 * Starts a complete app with its own database.
 * @param services.modelUrl base URL of the language model's server, with `/v1`. @param services.mailUrl URL of the
 * SMTP server.
 */
export async function startOwnApp(services: { modelUrl: string; mailUrl?: string }): Promise<OwnApp> {
	const dataDir = mkdtempSync(join(tmpdir(), "mevi-e2e-model-"));
	// When the tests run as root, Postgres's user needs access to the folder.
	chmodSync(dataDir, 0o711);
	const port = await freePort();
	const env = {
		...plainEnv(port),
		DATA_DIR: dataDir,
		OPENAI_API_KEY: "sk-scripted",
		OPENAI_BASE_URL: services.modelUrl,
		OPENAI_MODEL: "",
		SMTP_URL: services.mailUrl ?? "",
	};
	const app = startScript("commands/start.ts", [], env);
	const stop = async () => {
		await end(app);
		rmSync(dataDir, { recursive: true, force: true });
	};
	await lineFrom(app, /^Agent\s/).catch(async (error: unknown) => {
		await stop();
		throw error;
	});
	return {
		address: `http://localhost:${port}`,
		stop,
		async set(key, value) {
			const { code, stderr } = await runScript("commands/setting.ts", [key, JSON.stringify(value)], env);
			if (code !== 0) throw new Error(`${key} was not set: ${stderr}`);
		},
	};
}

/** Starts another server process with the build and the database of the app that all test files share. */
export async function startServerProcess(port: number): Promise<ServerProcess> {
	const server = startScript("commands/serve.ts", [], { ...plainEnv(port), DATA_DIR: sharedDataDir() });
	await lineFrom(server, /^Serving on /);
	return { address: `http://localhost:${port}`, stop: () => end(server), kill: () => end(server, "SIGKILL") };
}

export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen(0, () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}

/** The environment variables for an app under test, without the settings of a developer's file .env. */
function plainEnv(port: number): Record<string, string> {
	return {
		NODE_ENV: "production",
		DATABASE_URL: "",
		PORT: String(port),
		HOST: "",
		PUBLIC_URL: "",
		DEMO_AGENT_PASSWORD,
		OPENAI_API_KEY: "",
		OPENAI_BASE_URL: "",
		SMTP_URL: "",
		RATE_LIMITS: "on",
		ASSISTANT: "on",
	};
}

function sharedDataDir(): string {
	const dataDir = process.env.E2E_DATA_DIR;
	if (!dataDir) throw new Error("E2E_DATA_DIR is not set; start-app.ts sets it.");
	return dataDir;
}

async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
	const gone = new Promise((resolve) => child.once("exit", resolve));
	if (child.exitCode === null && child.signalCode === null && child.kill(signal)) await gone;
}
