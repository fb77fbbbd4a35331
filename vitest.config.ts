import { defineConfig } from "vitest/config";

const guard = "tests/setup/console-guard.ts";

/** Not in vite.config.ts: the build must not need Vitest, which a production install leaves out. */
export default defineConfig({
	test: {
		projects: [
			{
				test: {
					name: "unit",
					include: [
						"app/**/*.test.{ts,tsx}",
						"db/**/*.test.ts",
						"demo/**/*.test.{ts,tsx}",
						"embedded-postgres/**/*.test.ts",
						"commands/**/*.test.ts",
						"tests/architecture.test.ts",
						"tests/regular-expressions.test.ts",
						"tests/proxies/**/*.test.ts",
						"tests/bench/**/*.test.ts",
					],
					setupFiles: [guard],
					// The default of 5 s is too short for the longest ones on a busy machine.
					testTimeout: 60_000,
				},
			},
			{
				test: {
					name: "integration",
					include: ["tests/integration/**/*.test.ts"],
					globalSetup: ["tests/setup/cluster.ts"],
					setupFiles: [guard, "tests/setup/database.ts"],
					// Longer than a wait for one condition (setup/until.ts), so that a failure names the condition.
					testTimeout: 60_000,
					hookTimeout: 60_000,
					pool: "forks",
					maxWorkers: 2,
					// After the unit tests: projects with other numbers of workers cannot share a turn.
					sequence: { groupOrder: 1 },
				},
			},
		],
	},
});
