import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CHANGES, COPY_FOLDER, changeDriver } from "./changes.ts";

it("is the installed package with the changes, file by file; otherwise run `npm run driver:copy`", () => {
	const expected = changeDriver();
	expect(readdirSync(COPY_FOLDER).sort()).toEqual(Object.keys(expected).sort());
	for (const [name, text] of Object.entries(expected)) {
		expect(readFileSync(join(COPY_FOLDER, name), "utf8") === text, name).toBe(true);
	}
});

it("contains each change", () => {
	for (const { scenario, edits } of CHANGES) {
		for (const { file, to } of edits)
			expect(readFileSync(join(COPY_FOLDER, file), "utf8"), scenario).toContain(to);
	}
});
