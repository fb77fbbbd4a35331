import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { isRunning, ownMark, stampOf } from "./processes.ts";

it("recognises a running process by its number and its beginning", () => {
	const own = ownMark();
	expect(isRunning(own)).toBe(true);
	expect(isRunning({ ...own, stamp: "000000000000" })).toBe(false);
	expect(stampOf(process.pid)).toBe(own.stamp);
	expect(stampOf(process.ppid)).not.toBe(own.stamp);
});

it("takes a process that has ended for gone", async () => {
	const child = spawn(process.execPath, ["-e", ""]);
	const mark = { pid: child.pid ?? 0, stamp: stampOf(child.pid ?? 0) ?? "" };
	expect(mark.stamp).toMatch(/^[0-9a-f]{12}$/);
	await once(child, "exit");
	expect(isRunning(mark)).toBe(false);
});
