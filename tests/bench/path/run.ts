import { type ChildProcess, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Browser, type CDPSession, chromium, type Page } from "@playwright/test";
import { ensureBuild, SERVER_BUILD } from "#commands/steps/build.ts";
import { runCommand } from "#commands/steps/command.ts";
import { ROOT } from "#commands/steps/root.ts";
import { provideChromium } from "#tests/setup/chromium.ts";
import { startServerProcess } from "#tests/setup/server-process.ts";
import type { Conversation } from "../contender.ts";
import { makeConversations, openBenchDatabase } from "../database.ts";
import {
	type ExecutedFiles,
	executedFiles,
	intersect,
	readScript,
	type ScriptCoverage,
} from "./executed-files.ts";

/**
 * `npm run bench:path`: the files of app/ and db/ that one message executes, from the form of the sender's page to the
 * bubble in another browser, on the server and in both browsers, as V8 counts calls.
 */

/** Messages; a file counts when every one of them executes it. */
const RUNS = 5;
/** Files that only declare shapes or settings, and the generated copy of the Postgres driver. */
const NOT_COUNTED = /^(db\/schema|db\/driver\/)|(^|\/)(schema|events|env\.server|text)\.tsx?$/;

const BUILD = join(ROOT, "build");
const STAMP = join(BUILD, "inputs.sha256");
const KEPT_STAMP = join(tmpdir(), `mevi-stamp-${process.pid}`);

await runCommand(async () => {
	await buildWithMaps();
	const database = await openBenchDatabase();
	const folder = mkdtempSync(join(tmpdir(), "mevi-path-"));
	const coverageFile = join(folder, "coverage.json");
	const databaseUrl = await database.create();
	const [conversation] = await makeConversations(databaseUrl, { count: 1 });
	if (!conversation) throw new Error("There is no session.");
	const server = await startServerProcess(
		{
			DATABASE_URL: databaseUrl,
			LISTEN_DATABASE_URL: "",
			BUS_URL: "",
			APP_SECRET: database.secret,
			ASSISTANT: "off",
			OPENAI_API_KEY: "",
			NODE_OPTIONS: "",
			COVERAGE_FILE: coverageFile,
		},
		["--import", join(import.meta.dirname, "coverage-on-signal.mjs")],
	);
	const browser = await chromium.launch({
		executablePath: provideChromium(console.error),
		args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
	});
	try {
		const onServer = await measureServer(server.url, conversation, () =>
			takeServerCoverage(server.process, coverageFile),
		);
		print("server", onServer);
		const { sender, reader } = await measureBrowsers(browser, server.url, conversation);
		print("the sender's browser", sender);
		print("the reader's browser", reader);
		print("both browsers", new Map([...sender, ...reader]));
	} finally {
		await browser.close();
		await server.end("SIGKILL");
		await database.close();
		rmSync(folder, { recursive: true, force: true });
		// The next start builds again, without maps.
		rmSync(STAMP, { force: true });
	}
});

async function buildWithMaps(): Promise<void> {
	await ensureBuild();
	copyFileSync(STAMP, KEPT_STAMP);
	const cli = join(ROOT, "node_modules/@remix-run/dev/dist/cli.js");
	const { status, stderr } = spawnSync(
		process.execPath,
		[cli, "vite:build", "--sourcemapServer", "--sourcemapClient", "hidden"],
		{ cwd: ROOT, env: { ...process.env, NODE_ENV: "production" }, encoding: "utf8" },
	);
	if (status !== 0) throw new Error(stderr);
	copyFileSync(KEPT_STAMP, STAMP);
	rmSync(KEPT_STAMP);
}

/** Posts the form as the page does, and reads another stream of the session. */
async function measureServer(
	url: string,
	{ sessionId, cookie }: Conversation,
	takeCoverage: () => Promise<ScriptCoverage[]>,
): Promise<ExecutedFiles> {
	const stop = new AbortController();
	const stream = await fetch(`${url}/chat/events?sessionId=${sessionId}`, {
		headers: { Cookie: cookie },
		signal: stop.signal,
	});
	const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
	let received = "";
	async function receive(text: string) {
		while (!received.includes(text)) {
			const { value } = await reader.read();
			received += Buffer.from(value ?? []).toString();
		}
	}
	async function post(text: string) {
		const body = new URLSearchParams({
			intent: "send",
			message: text,
			clientMessageId: randomUUID(),
			sessionId,
		});
		const headers = { Cookie: cookie, Origin: url, "Sec-Fetch-Site": "same-origin" };
		const response = await fetch(`${url}/chat/actions`, { method: "POST", headers, body });
		if (!response.ok) throw new Error(`The message was refused with ${response.status}.`);
	}
	const script = readScript(SERVER_BUILD);
	const runs: ExecutedFiles[] = [];
	for (let run = 0; run <= RUNS; run += 1) {
		const text = `Message ${randomUUID()}`;
		await takeCoverage();
		await Promise.all([post(text), receive(text)]);
		const coverage = await takeCoverage();
		// The first message also warms caches.
		if (run > 0) runs.push(executedFiles(coverage, (from) => (from.includes(SERVER_BUILD) ? script : null)));
	}
	stop.abort();
	return intersect(runs);
}

function takeServerCoverage(server: ChildProcess, file: string): Promise<ScriptCoverage[]> {
	return new Promise((resolve) => {
		const onOutput = (chunk: Buffer) => {
			if (!chunk.includes("coverage")) return;
			server.stdout?.off("data", onOutput);
			resolve(JSON.parse(readFileSync(file, "utf8")));
		};
		server.stdout?.on("data", onOutput);
		server.kill("SIGUSR2");
	});
}

/** The customer writes on one device, and another device of theirs shows the message. */
async function measureBrowsers(browser: Browser, url: string, { cookie }: Conversation) {
	const [name = "", value = ""] = cookie.split("=");
	async function openPage() {
		const context = await browser.newContext();
		await context.addCookies([{ name, value, url }]);
		const page = await context.newPage();
		await page.goto(`${url}/chat`);
		await page.locator("html[data-hydrated], [data-transport]").first().waitFor();
		const profiler = await context.newCDPSession(page);
		await profiler.send("Profiler.enable");
		await profiler.send("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
		return { page, profiler };
	}
	const sender = await openPage();
	const reader = await openPage();
	const runs: { sender: ExecutedFiles; reader: ExecutedFiles }[] = [];
	for (let run = 0; run <= RUNS; run += 1) {
		const text = `Message ${randomUUID()}`;
		await sender.page.getByRole("textbox").first().fill(text);
		await Promise.all([takeBrowserCoverage(sender.profiler), takeBrowserCoverage(reader.profiler)]);
		await sender.page.getByRole("button", { name: "Send", exact: true }).click();
		await Promise.all([shows(reader.page, text), shows(sender.page, text)]);
		const found = {
			sender: await takeBrowserCoverage(sender.profiler),
			reader: await takeBrowserCoverage(reader.profiler),
		};
		if (run > 0) runs.push(found);
	}
	return {
		sender: intersect(runs.map((run) => run.sender)),
		reader: intersect(runs.map((run) => run.reader)),
	};
}

async function shows(page: Page, text: string): Promise<void> {
	await page.getByText(text, { exact: true }).first().waitFor();
}

async function takeBrowserCoverage(profiler: CDPSession): Promise<ExecutedFiles> {
	const { result } = await profiler.send("Profiler.takePreciseCoverage");
	return executedFiles(result, (url) => {
		const file = join(BUILD, "client/assets", basename(url.split("?", 1)[0] ?? ""));
		return existsSync(`${file}.map`) ? readScript(file) : null;
	});
}

function print(title: string, files: ExecutedFiles): void {
	const counted = [...files.keys()].filter((file) => !NOT_COUNTED.test(file)).sort();
	process.stdout.write(`\n${title}: ${counted.length} files\n`);
	for (const file of counted) process.stdout.write(`  ${file}  ${[...(files.get(file) ?? [])].join(" ")}\n`);
}
