import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tryClaim } from "./claim.ts";
import { stampOf } from "./processes.ts";

let folder = "";
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "mevi-claim-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("is had by one at a time", () => {
	const claim = tryClaim(folder);
	expect(claim).not.toBeNull();
	expect(tryClaim(folder)).toBeNull();
	claim?.release();
	expect(tryClaim(folder)).not.toBeNull();
});

it("steps back from a living process and leaves nothing behind", () => {
	const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
	const name = `${other.pid}.${stampOf(other.pid ?? 0)}`;
	writeFileSync(join(folder, name), "");
	try {
		expect(tryClaim(folder)).toBeNull();
		expect(readdirSync(folder)).toEqual([name]);
	} finally {
		other.kill("SIGKILL");
	}
});

it("sweeps what dead processes held, also when their number is in use again", () => {
	const dead = join(folder, `${process.ppid}.000000000000`);
	writeFileSync(dead, "");
	expect(tryClaim(folder)).not.toBeNull();
	expect(existsSync(dead)).toBe(false);
});
