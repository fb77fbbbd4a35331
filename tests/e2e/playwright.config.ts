import { createServer } from "node:net";
import { defineConfig, devices } from "@playwright/test";
import { provideChromium } from "../setup/chromium.ts";

/**
 * Playwright loads this file again in its worker, so values that must not change, such as the port, are stored in
 * environment variables, which the worker inherits.
 */
process.env.CHROMIUM_PATH ??= provideChromium(console.log);
process.env.E2E_PORT ??= String(await freePort());

const isRoot = process.getuid?.() === 0;

export default defineConfig({
	testDir: ".",
	testMatch: "**/*.spec.ts",
	outputDir: "../../test-results",
	globalSetup: "./start-app.ts",
	workers: 1,
	retries: 0,
	forbidOnly: Boolean(process.env.CI),
	// Timeout of a test in milliseconds; a busy machine needs about three times as long as an idle one.
	timeout: 180_000,
	expect: { timeout: 20_000 },
	reporter: "list",
	use: {
		...devices["Desktop Chrome"],
		baseURL: `http://localhost:${process.env.E2E_PORT}`,
		screenshot: "only-on-failure",
		trace: "retain-on-failure",
		launchOptions: {
			executablePath: process.env.CHROMIUM_PATH,
			args: [
				// Chromium's sandbox does not work for root.
				...(isRoot ? ["--no-sandbox"] : []),
				"--disable-gpu",
				"--disable-background-networking",
				"--no-first-run",
				"--disable-component-update",
				"--disable-sync",
				// Plain http with a host name other than localhost has neither Web Locks nor `crypto.randomUUID`.
				"--host-resolver-rules=MAP plain-http.test 127.0.0.1",
			],
		},
	},
});

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen(0, () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}
