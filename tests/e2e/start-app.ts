import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_AGENT_PASSWORD } from "./demo-agent.ts";

const ROOT = join(import.meta.dirname, "../..");
const START_MS = 120_000;

/**
 * Starts the app with the command of `npm start` and a temporary data directory, and stops the app after the last
 * test. A developer's file .env does not affect the app.
 */
export default async function startApp(): Promise<() => Promise<void>> {
	const dataDir = mkdtempSync(join(tmpdir(), "mevi-e2e-"));
	// When the tests run as root, Postgres's user needs access to the folder.
	chmodSync(dataDir, 0o711);
	process.env.E2E_DATA_DIR = dataDir;
	const app = spawn(process.execPath, ["--import", "tsx", "commands/start.ts"], {
		cwd: ROOT,
		env: {
			...process.env,
			NODE_ENV: "production",
			DATABASE_URL: "",
			DATA_DIR: dataDir,
			PORT: process.env.E2E_PORT,
			HOST: "",
			PUBLIC_URL: "",
			DEMO_AGENT_PASSWORD,
			OPENAI_API_KEY: "",
			OPENAI_BASE_URL: "",
			SMTP_URL: "",
			RATE_LIMITS: process.env.E2E_RATE_LIMITS ?? "on",
			ASSISTANT: "on",
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
	const stop = async () => {
		const gone = new Promise((resolve) => app.once("exit", resolve));
		if (app.exitCode === null && app.kill("SIGTERM")) await gone;
		rmSync(dataDir, { recursive: true, force: true });
	};
	try {
		await untilStarted(app);
	} catch (error) {
		await stop();
		throw error;
	}
	return stop;
}

/**
 * Waits for the line with the demo agent's login, which is the last output of the command `start`. On failure the
 * whole output of `start` is shown.
 */
function untilStarted(app: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		let output = "";
		const fail = (why: string) => {
			clearTimeout(timer);
			reject(new Error(`The app did not start (${why}). It wrote:\n${output}`));
		};
		const timer = setTimeout(() => fail(`not within ${START_MS / 1000} s`), START_MS);
		app.once("exit", (code) => fail(`exit code ${code}`));
		for (const stream of [app.stdout, app.stderr]) {
			stream?.on("data", (chunk: Buffer) => {
				output += chunk;
				if (!/^Agent\s+\S+\s+\S+\s+\S+$/m.test(output)) return;
				clearTimeout(timer);
				resolve();
			});
		}
	});
}
