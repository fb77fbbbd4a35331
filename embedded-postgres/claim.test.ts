import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tryClaimDirectory } from "./claim.ts";
import { hashProcessStart } from "./processes.ts";

let folder = "";
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "mevi-claim-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("is held by one process at a time", () => {
	const claim = tryClaimDirectory(folder);
	expect(claim).not.toBeNull();
	expect(tryClaimDirectory(folder)).toBeNull();
	claim?.release();
	expect(tryClaimDirectory(folder)).not.toBeNull();
});

it("is refused while another process runs that holds it, and leaves no file", () => {
	const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
	const name = `${other.pid}.${hashProcessStart(other.pid ?? 0)}`;
	writeFileSync(join(folder, name), "");
	try {
		expect(tryClaimDirectory(folder)).toBeNull();
		expect(readdirSync(folder)).toEqual([name]);
	} finally {
		other.kill("SIGKILL");
	}
});

it("removes files of ended processes, also when their number is used again", () => {
	const dead = join(folder, `${process.ppid}.000000000000`);
	writeFileSync(dead, "");
	expect(tryClaimDirectory(folder)).not.toBeNull();
	expect(existsSync(dead)).toBe(false);
});
