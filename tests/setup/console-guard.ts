import { afterEach, beforeEach, expect } from "vitest";

/** An error or warning on the console fails the running test, unless the test expects it. */
const METHODS = ["error", "warn"] as const;

let written: string[] = [];
let expected: RegExp[] = [];

/**
 * Expects a matching console error or warning in the running test; the test fails if none is written. Call it before
 * the code that writes.
 */
export function expectConsoleError(pattern: RegExp): void {
	expected.push(pattern);
}

const originals = METHODS.map((method) => console[method]);

beforeEach(() => {
	written = [];
	expected = [];
	for (const method of METHODS) {
		console[method] = (...parts: unknown[]) => {
			written.push(parts.map((part) => (part instanceof Error ? part.stack : String(part))).join(" "));
		};
	}
});

afterEach(() => {
	METHODS.forEach((method, index) => {
		const original = originals[index];
		if (original) console[method] = original;
	});
	const surprises = written.filter((line) => !expected.some((pattern) => pattern.test(line)));
	const missing = expected.filter((pattern) => !written.some((line) => pattern.test(line)));
	expect(surprises, "written to the console by this test").toEqual([]);
	expect(missing, "expected on the console, but never written").toEqual([]);
});
