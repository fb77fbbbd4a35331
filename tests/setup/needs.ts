import type { TestOptions } from "vitest";

declare module "vitest" {
	interface TaskMeta {
		/** Why a test is skipped; `npm test` prints it. */
		skippedBecause?: string;
	}
}

/**
 * Options for a test, or a `describe`, that needs something this machine may lack. This is the only way to skip a test,
 * so that each skipped one has a reason.
 * @param what the missing thing, as text for the output of `npm test`.
 */
export function needs(what: string, isThere: boolean): TestOptions {
	return isThere ? {} : { skip: true, meta: { skippedBecause: `${what} is not there` } };
}
