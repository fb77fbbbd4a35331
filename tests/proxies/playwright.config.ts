import { defineConfig } from "@playwright/test";
import base from "../e2e/playwright.config.ts";

/**
 * Rate limits are off, because all visitors come from this machine, so the limits for each IP address would affect
 * the test.
 */
process.env.E2E_RATE_LIMITS = "off";

export default defineConfig({
	...base,
	testDir: ".",
	globalSetup: "../e2e/start-app.ts",
	fullyParallel: true,
	// Number of stories that run at the same time. More workers on two cores would add delays to the measured ones.
	workers: 3,
	timeout: 240_000,
	use: { ...base.use, trace: "off" },
});
