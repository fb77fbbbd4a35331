import { describe, expect, it } from "vitest";
import { runScript } from "#tests/setup/processes.ts";

const chaos = (...args: string[]) => runScript("tests/chaos/run.ts", ["--short", ...args]);

describe("the short chaos run", () => {
	it("loses, duplicates and reorders nothing while processes, listener and connections are killed", async () => {
		const run = await chaos("--seconds=15", "--slow-seconds=3");
		expect(run.stdout + run.stderr).toMatch(/^Violations: 0 /m);
		expect(run.stdout).toContain("| a server process is killed with -9 |");
		expect(run.stdout).toContain("| rolling restart by SIGTERM |");
		expect(run.code).toBe(0);
	}, 360_000);

	it.each([
		["head-check", "--faults=none"],
		["replay", "--faults=cut"],
	])(
		"detects that the servers run without %s",
		async (safeguard, faults) => {
			const run = await chaos(`--sabotage=${safeguard}`, faults, "--seconds=4", "--slow-seconds=0");
			expect(run.stdout).toContain(`SABOTAGED: the servers run without ${safeguard}`);
			expect(run.stdout).toMatch(/^Violations: [1-9]\d* /m);
			expect(run.stdout).toContain("never showed");
			expect(run.code).toBe(1);
		},
		360_000,
	);
});

it("gives each question one whole answer when the processes that write answers are killed", async () => {
	const run = await runScript("tests/chaos/answers.ts", ["--kills=5"]);
	expect(run.stdout + run.stderr).toMatch(/^Violations: 0 /m);
	expect(run.code).toBe(0);
}, 480_000);
