import { type BrowserContext, test as base, expect } from "@playwright/test";

export { expect } from "@playwright/test";
export { DEMO_AGENT_EMAIL, DEMO_AGENT_PASSWORD, SECOND_AGENT_EMAIL } from "./demo-agent.ts";

interface Guard {
	/** Watches all pages of another browser context that a test created with `browser.newContext()`. */
	watch(context: BrowserContext): void;
	/** Expects an error that matches the pattern; the test fails if no such error occurs. */
	expectError(pattern: RegExp): void;
}

/** Playwright's test, which also fails when a page throws or writes an error to its console. */
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
