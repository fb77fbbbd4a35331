import type { TestOptions } from "vitest";

declare module "vitest" {
	interface TaskMeta {
		/** Why a test is skipped; `npm test` prints the reason. */
		skippedBecause?: string;
	}
}

/**
 * Makes options for a test, or a `describe`, that needs a thing that this machine may lack. Only this function may skip
 * a test, so that each skipped test has a reason.
 * @param what the missing thing, as text for the output of `npm test`.
 */
export function needs(what: string, isThere: boolean): TestOptions {
	return isThere ? {} : { skip: true, meta: { skippedBecause: `${what} is not there` } };
}
