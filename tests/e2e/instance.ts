import type { ChildProcess } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lineFrom, startScript } from "../setup/processes.ts";
import { DEMO_AGENT_PASSWORD } from "./demo-agent.ts";

/** Something of the app that one file of tests runs for itself, beside the app that all of them share. */
export interface Instance {
	/** Without a slash at the end. */
	address: string;
	stop(): Promise<void>;
}

/** A whole app on a database of its own, whose assistant asks the model at this address (with `/v1`). */
export async function startAppWithModel(modelUrl: string): Promise<Instance> {
	const dataDir = mkdtempSync(join(tmpdir(), "mevi-e2e-model-"));
	// Postgres's user must get through it when we are root.
	chmodSync(dataDir, 0o711);
	const port = await freePort();
	const env = {
		DATA_DIR: dataDir,
		OPENAI_API_KEY: "sk-scripted",
		OPENAI_BASE_URL: modelUrl,
		OPENAI_MODEL: "",
	};
	const app = startScript("commands/start.ts", [], { ...plainEnv(port), ...env });
	const stop = async () => {
		await end(app);
		rmSync(dataDir, { recursive: true, force: true });
	};
	await lineFrom(app, /^Agent\s/).catch(async (error: unknown) => {
		await stop();
		throw error;
	});
	return { address: `http://localhost:${port}`, stop };
}

/** One more server process on the build and the database that all tests share. */
export async function startServerProcess(port: number): Promise<Instance> {
	const server = startScript("commands/serve.ts", [], { ...plainEnv(port), DATA_DIR: sharedDataDir() });
	await lineFrom(server, /^Serving on /);
	return { address: `http://localhost:${port}`, stop: () => end(server) };
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

/** What a developer has in .env must not reach it. */
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

async function end(child: ChildProcess): Promise<void> {
	const gone = new Promise((resolve) => child.once("exit", resolve));
	if (child.exitCode === null && child.signalCode === null && child.kill("SIGTERM")) await gone;
}
