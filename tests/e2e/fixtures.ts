import { type BrowserContext, test as base, expect } from "@playwright/test";

export { expect } from "@playwright/test";
export { DEMO_AGENT_EMAIL, DEMO_AGENT_PASSWORD, SECOND_AGENT_EMAIL } from "./demo-agent.ts";

interface Guard {
	/**
	 * Watches every page of one more browser context, as for the test's own. For contexts a test makes itself
	 * with `browser.newContext()`.
	 */
	watch(context: BrowserContext): void;
	/** Says that an error matching this will appear; the test fails when it does not. */
	expectError(pattern: RegExp): void;
}

/** Playwright's test, failing on anything that a page throws or writes to its console as an error. */
export const test = base.extend<{ guard: Guard }>({
	guard: [
		async ({ context }, use) => {
			const written: string[] = [];
			const expected: RegExp[] = [];
			const guard: Guard = {
				watch(watched) {
					watched.on("console", (message) => {
						if (message.type() !== "error") return;
						written.push(`${message.text()} (${message.location().url})`);
					});
					watched.on("weberror", (error) => {
						written.push(error.error().stack ?? String(error.error()));
					});
				},
				expectError: (pattern) => void expected.push(pattern),
			};
			guard.watch(context);
			await use(guard);
			const surprises = written.filter((line) => !expected.some((pattern) => pattern.test(line)));
			const missing = expected.filter((pattern) => !written.some((line) => pattern.test(line)));
			expect(surprises, "errors in the browser").toEqual([]);
			expect(missing, "expected in the browser, but never seen").toEqual([]);
		},
		{ auto: true },
	],
});
