import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuild } from "#commands/steps/build.ts";
import { describeError } from "#commands/steps/command.ts";
import { requireNode } from "#commands/steps/node-version.ts";
import { ROOT } from "#commands/steps/root.ts";
import { NoChromiumError, provideChromium } from "./setup/chromium.ts";

/**
 * Runs all checks of `npm test`, the cheapest first. Tests that need something this machine lacks are skipped and
 * counted. Their reasons are printed before the last line, which is `N passed, N failed, N skipped`.
 */

interface Tally {
	passed: number;
	failed: number;
	/** The reason for each skipped test. */
	skipped?: string[];
}

const reports = mkdtempSync(join(tmpdir(), "mevi-reports-"));
const tallies: Tally[] = [];

requireNode();
process.exitCode = await main();

async function main(): Promise<number> {
	try {
		const browser = provideChromium(print);
		print("Types");
		tallies.push(tallyOfOneCheck(await runNodeTool("typescript/bin/tsc", ["--noEmit"])));
		print("Lint");
		tallies.push(tallyOfOneCheck(await runNodeTool("@biomejs/biome/bin/biome", ["check", "."])));
		print("Unused files, exports and dependencies");
		tallies.push(tallyOfOneCheck(await runNodeTool("knip/bin/knip.js", ["--no-config-hints"])));
		print("Build");
		const isBuilt = await build();
		print("Unit and integration tests");
		tallies.push(await vitest());
		print(`End-to-end tests in ${browser}`);
		tallies.push(isBuilt ? await playwright(browser) : { passed: 0, failed: 1 });
	} catch (error) {
		if (!(error instanceof NoChromiumError)) throw error;
		process.stderr.write(`${error.message}\n`);
		tallies.push({ passed: 0, failed: 1 });
	} finally {
		rmSync(reports, { recursive: true, force: true });
	}
	const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
	const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
	const skipped = tallies.flatMap((tally) => tally.skipped ?? []);
	process.stdout.write(
		`\n${linesOf(skipped)}${passed} passed, ${failed} failed, ${skipped.length} skipped\n`,
	);
	return failed === 0 ? 0 : 1;
}

/** Makes one line for each reason to skip tests, with the number of tests, the most frequent reason first. */
function linesOf(reasons: string[]): string {
	const counts = new Map<string, number>();
	for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
	const sorted = [...counts].sort(([a, many], [b, few]) => few - many || a.localeCompare(b));
	return sorted.map(([reason, count]) => `${count} skipped: ${reason}\n`).join("");
}

/** Builds the app before the tests that start it. A failed build counts as one failure of these tests. */
async function build(): Promise<boolean> {
	try {
		process.stdout.write((await ensureBuild()) ? "Built.\n" : "Nothing has changed since the last build.\n");
		return true;
	} catch (error) {
		process.stderr.write(`${describeError(error)}\n`);
		return false;
	}
}

/** The parts of Vitest's JSON report from which tests are counted. */
interface VitestReport {
	numPassedTests: number;
	numFailedTests: number;
	testResults: {
		status: string;
		assertionResults: { fullName: string; status: string; meta: { skippedBecause?: string } }[];
	}[];
}

async function vitest(): Promise<Tally> {
	const file = join(reports, "vitest.json");
	const isClean = await runNodeTool("vitest/vitest.mjs", [
		"run",
		"--reporter=default",
		"--reporter=json",
		`--outputFile.json=${file}`,
	]);
	const report = read<VitestReport>(file);
	if (!report) return { passed: 0, failed: 1 };
	// A test file that cannot be loaded has no failed test, so the file counts as one failure.
	const broken = report.testResults.filter(
		({ status, assertionResults }) =>
			status === "failed" && !assertionResults.some((result) => result.status === "failed"),
	).length;
	const skipped = report.testResults
		.flatMap(({ assertionResults }) => assertionResults)
		.filter(({ status }) => status !== "passed" && status !== "failed")
		.map(({ fullName, meta }) => meta.skippedBecause ?? noReason(fullName));
	return countFailedRun(isClean, {
		passed: report.numPassedTests,
		failed: report.numFailedTests + broken,
		skipped,
	});
}

/** The parts of Playwright's JSON report from which tests are counted. */
interface PlaywrightReport {
	stats: { expected: number; unexpected: number; flaky: number };
	suites: PlaywrightSuite[];
}

interface PlaywrightSuite {
	suites?: PlaywrightSuite[];
	specs?: {
		title: string;
		tests: { status: string; annotations: { type: string; description?: string }[] }[];
	}[];
}

/** The reasons that Playwright tests gave to `test.skip(condition, reason)`. */
function skippedIn({ suites = [], specs = [] }: PlaywrightSuite): string[] {
	const own = specs.flatMap(({ title, tests }) =>
		tests
			.filter(({ status }) => status === "skipped")
			.map(({ annotations }) => {
				const skip = annotations.find(({ type, description }) => type === "skip" && description);
				return skip?.description ?? noReason(title);
			}),
	);
	return [...own, ...suites.flatMap(skippedIn)];
}

const noReason = (title: string): string => `no reason is given for "${title}"`;

async function playwright(browser: string): Promise<Tally> {
	const file = join(reports, "playwright.json");
	const args = ["test", "-c", "tests/e2e/playwright.config.ts", "--reporter=list,json"];
	const env = { CHROMIUM_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_FILE: file };
	const isClean = await runNodeTool("@playwright/test/cli.js", args, env);
	const report = read<PlaywrightReport>(file);
	if (!report) return { passed: 0, failed: 1 };
	const { expected, unexpected, flaky } = report.stats;
	const skipped = report.suites.flatMap(skippedIn);
	return countFailedRun(isClean, { passed: expected, failed: unexpected + flaky, skipped });
}

/**
 * Corrects the counts of a run that failed without a failed test (for example by an error outside of tests): the run
 * counts as one failure.
 */
function countFailedRun(isClean: boolean, tally: Tally): Tally {
	return isClean || tally.failed > 0 ? tally : { ...tally, failed: 1 };
}

function tallyOfOneCheck(isClean: boolean): Tally {
	return { passed: isClean ? 1 : 0, failed: isClean ? 0 : 1 };
}

/**
 * Runs a command-line tool of node_modules in the project's folder.
 * @returns whether the tool exited with code 0.
 */
function runNodeTool(script: string, args: string[], env: Record<string, string> = {}): Promise<boolean> {
	const path = join(ROOT, "node_modules", script);
	if (!existsSync(path)) {
		process.stderr.write(`${script} is not installed; run npm ci without NODE_ENV=production.\n`);
		return Promise.resolve(false);
	}
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [path, ...args], {
			cwd: ROOT,
			env: { ...process.env, ...env },
			stdio: "inherit",
		});
		child.once("error", () => resolve(false));
		child.once("exit", (code) => resolve(code === 0));
	});
}

function read<Report>(file: string): Report | null {
	return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Report) : null;
}

function print(line: string): void {
	process.stdout.write(`\n== ${line}\n`);
}
