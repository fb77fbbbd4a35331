import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { hashProcessStart, isRunning, ownIdentity } from "./processes.ts";

it("identifies a running process by its number and start time", () => {
	const own = ownIdentity();
	expect(isRunning(own)).toBe(true);
	expect(isRunning({ ...own, stamp: "000000000000" })).toBe(false);
	expect(hashProcessStart(process.pid)).toBe(own.stamp);
	expect(hashProcessStart(process.ppid)).not.toBe(own.stamp);
});

it("does not count an ended process as running", async () => {
	const child = spawn(process.execPath, ["-e", ""]);
	const identity = { pid: child.pid ?? 0, stamp: hashProcessStart(child.pid ?? 0) ?? "" };
	expect(identity.stamp).toMatch(/^[0-9a-f]{12}$/);
	await once(child, "exit");
	expect(isRunning(identity)).toBe(false);
});
