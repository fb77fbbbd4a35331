import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { GUARDED_FILES, guardDriver } from "./driver-guard.ts";

const SOURCE = join(import.meta.dirname, "../node_modules/postgres/src");

it.each(GUARDED_FILES)("mends %s as it is installed, and refuses one that has changed", (file) => {
	const code = readFileSync(join(SOURCE, file), "utf8");
	expect(guardDriver(file, code)).not.toBe(code);
	expect(() => guardDriver(file, guardDriver(file, code))).toThrow("postgres has changed");
	expect(() => guardDriver(file, "")).toThrow("postgres has changed");
});
