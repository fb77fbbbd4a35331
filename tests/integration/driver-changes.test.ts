import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { env } from "#app/env.server.ts";
import { CHANGES } from "#db/driver/changes.ts";

/**
 * How each scenario of tests/setup/driver-scenarios.ts ends with our changed driver, and with the published package.
 * If the published package ends a scenario differently, the package has changed: examine whether our change is still
 * needed.
 */
const ENDINGS: Record<string, { changed: string[]; published: string[] | RegExp }> = {
	"write-after-close": {
		changed: ["CONNECTION_CLOSED"],
		published: /TypeError: Cannot read properties of null \(reading 'write'\)/,
	},
	"close-during-write": {
		changed: ["CONNECTION_CLOSED", "served"],
		published: ["CONNECTION_CLOSED", "CONNECT_TIMEOUT"],
	},
	"close-during-startup": { changed: ["CONNECTION_CLOSED"], published: ["hung"] },
	"error-of-the-lost-connection": {
		changed: ["CONNECTION_CLOSED", "served"],
		published: ["CONNECTION_CLOSED", "57P01"],
	},
	"unprepared-statement-behind-another": {
		changed: ["one after the other"],
		published: ["behind another"],
	},
	"silent-server": { changed: ["CONNECTION_SILENT"], published: ["hung"] },
	"transaction-after-close": {
		changed: ["CONNECTION_CLOSED", "served", "CONNECTION_CLOSED", "CONNECTION_CLOSED", "served"],
		// With the published package, the queued statement of a lost transaction hangs, and its late statement is
		// executed outside the transaction.
		published: ["CONNECTION_CLOSED", "CONNECTION_CLOSED", "hung", "served", "served"],
	},
};

/** @returns the outcomes that the scenario printed, or the error that ended its process. */
async function runScenario(driver: "changed" | "package", scenario: string): Promise<unknown> {
	const script = join(import.meta.dirname, "../setup/driver-scenarios.ts");
	const child = spawn(process.execPath, ["--import", "tsx", script, driver, scenario], {
		env: { ...process.env, DATABASE_URL: env().DATABASE_URL, NODE_OPTIONS: "" },
	});
	let printed = "";
	let errors = "";
	child.stdout.on("data", (text) => {
		printed += text;
	});
	child.stderr.on("data", (text) => {
		errors += text;
	});
	await new Promise((resolve) => child.once("close", resolve));
	return printed ? JSON.parse(printed) : errors;
}

describe.each(CHANGES)("the change of the driver for $scenario", ({ scenario, fault, upstream }) => {
	const { changed, published } = ENDINGS[scenario] ?? { changed: ["no ending is given"], published: [] };

	it("is effective", async () => {
		expect(await runScenario("changed", scenario)).toEqual(changed);
	});

	it("is still needed", async () => {
		const reason = `The published driver behaves differently now; see ${upstream.join(", ")}. The fault was: ${fault}`;
		const ending = await runScenario("package", scenario);
		if (published instanceof RegExp) expect(ending, reason).toMatch(published);
		else expect(ending, reason).toEqual(published);
	});
});

it("survives a reset in a transaction", async () => {
	expect(await runScenario("changed", "reset-in-transaction")).toEqual([
		"CONNECTION_CLOSED",
		"served",
		"served",
	]);
});
