import { defineConfig } from "@playwright/test";
import base from "../e2e/playwright.config.ts";

/** All visitors come from this machine, so limits for each address would affect the test. */
process.env.E2E_RATE_LIMITS = "off";

export default defineConfig({
	...base,
	testDir: ".",
	globalSetup: "../e2e/start-app.ts",
	fullyParallel: true,
	// A story mostly waits. More workers on two cores would add their own delays to the measured ones.
	workers: 3,
	timeout: 240_000,
	use: { ...base.use, trace: "off" },
});
