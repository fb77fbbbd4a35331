import { defineConfig } from "@playwright/test";
import base from "../e2e/playwright.config.ts";

/** Every visitor comes from this machine here, which no limit for strangers is made for. */
process.env.E2E_RATE_LIMITS = "off";

export default defineConfig({
	...base,
	testDir: ".",
	globalSetup: "../e2e/start-app.ts",
	fullyParallel: true,
	// A story waits most of its time; more than these share two cores would show their own waiting as delay.
	workers: 3,
	timeout: 240_000,
	use: { ...base.use, trace: "off" },
});
