import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuild } from "#commands/steps/build.ts";
import { describeError } from "#commands/steps/command.ts";
import { ROOT } from "#commands/steps/root.ts";
import { NETWORKS } from "./networks.ts";
import { formatTable, type Outcome } from "./table.ts";

/**
 * Runs the test story (a customer and an agent in two browsers) through every simulated network, or through the
 * networks whose names begin with an argument. Prints a table in Markdown; exits with 1 when a network loses,
 * duplicates or reorders a message or does not recover.
 */

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const chosen = NETWORKS.filter(
	({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)),
);

if (chosen.length === 0) {
	process.stderr.write(
		`There is no such network. There are: ${NETWORKS.map(({ name }) => name).join("; ")}.\n`,
	);
	process.exitCode = 2;
} else {
	try {
		await ensureBuild();
		process.exitCode = await runNetworks();
	} catch (error) {
		process.stderr.write(`${describeError(error)}\n`);
		process.exitCode = 1;
	}
}

async function runNetworks(): Promise<number> {
	const folder = mkdtempSync(join(tmpdir(), "mevi-networks-"));
	const report = join(folder, "report.json");
	try {
		const code = await runPlaywright(report);
		const outcomes = readOutcomes(report);
		process.stdout.write(`\n${formatTable(outcomes)}\n`);
		const isWhole = outcomes.length === chosen.length;
		return code === 0 && isWhole && outcomes.every(({ status }) => status !== "failed") ? 0 : 1;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function runPlaywright(report: string): Promise<number | null> {
	const names = chosen.map(({ name }) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
	const child = spawn(
		process.execPath,
		[
			join(ROOT, "node_modules/@playwright/test/cli.js"),
			"test",
			"-c",
			"tests/proxies/playwright.config.ts",
			"--reporter=list,json",
			"--grep",
			`(${names.join("|")})$`,
		],
		{ cwd: ROOT, env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report }, stdio: "inherit" },
	);
	// On an interruption Playwright first stops its processes and writes its report.
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void child.kill("SIGINT"));
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("exit", resolve);
	});
}

/** The parts of Playwright's report that this program reads. */
interface Report {
	suites: {
		specs: {
			title: string;
			tests: {
				annotations: { type: string; description?: string }[];
				results: { status: string; error?: { message?: string } }[];
			}[];
		}[];
	}[];
}

function readOutcomes(file: string): Outcome[] {
	const { suites } = JSON.parse(readFileSync(file, "utf8")) as Report;
	return suites
		.flatMap(({ specs }) => specs)
		.flatMap(({ title, tests }): Outcome[] => {
			const test = tests[0];
			const result = test?.results.at(-1);
			if (!test || !result) return [];
			const said = (type: string) => test.annotations.find((note) => note.type === type)?.description;
			if (result.status === "skipped")
				return [{ network: title, status: "not run", why: said("skip") ?? "" }];
			const findings = said("findings");
			if (result.status === "passed" && findings)
				return [{ network: title, status: "passed", findings: JSON.parse(findings) }];
			return [{ network: title, status: "failed", why: result.error?.message ?? result.status }];
		});
}
