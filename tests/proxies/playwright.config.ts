import { defineConfig } from "@playwright/test";
import base from "../e2e/playwright.config.ts";

/** All visitors come from this machine, so the limits for one address must be off. */
process.env.E2E_RATE_LIMITS = "off";

export default defineConfig({
	...base,
	testDir: ".",
	globalSetup: "../e2e/start-app.ts",
	fullyParallel: true,
	// More workers on two cores would delay each other, which would look like a delay of the network.
	workers: 3,
	timeout: 240_000,
	use: { ...base.use, trace: "off" },
});
