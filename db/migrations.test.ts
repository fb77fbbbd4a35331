import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const ROOT = join(import.meta.dirname, "..");

it("the migrations match the schema, so the next generated migration contains only new changes", () => {
	const copy = mkdtempSync(join(tmpdir(), "mevi-migrations-"));
	onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
	cpSync(join(ROOT, "db/migrations"), copy, { recursive: true });
	// drizzle-kit prepends "./" to the folder, so an absolute path would not exist.
	const out = relative(ROOT, copy);
	const args = ["generate", "--dialect=postgresql", "--schema=db/schema.ts", `--out=${out}`];
	// drizzle-kit exits with 0 even after an error, so the test reads its output.
	const output = execFileSync(join(ROOT, "node_modules/.bin/drizzle-kit"), args, {
		cwd: ROOT,
		encoding: "utf8",
	});
	expect(output).toContain("No schema changes");
}, 60_000);
