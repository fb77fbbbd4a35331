import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const ROOT = join(import.meta.dirname, "..");

it("the migrations lead to what the schema says, so that the next one made holds nothing of these", () => {
	const copy = mkdtempSync(join(tmpdir(), "mevi-migrations-"));
	onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
	cpSync(join(ROOT, "db/migrations"), copy, { recursive: true });
	const args = ["generate", "--dialect=postgresql", "--schema=db/schema.ts", `--out=${copy}`];
	execFileSync(join(ROOT, "node_modules/.bin/drizzle-kit"), args, { cwd: ROOT, stdio: "pipe" });
	expect(readdirSync(copy).sort()).toEqual(readdirSync(join(ROOT, "db/migrations")).sort());
}, 60_000);
