import type { TestOptions } from "vitest";

declare module "vitest" {
	interface TaskMeta {
		/** Why a test is skipped; `npm test` prints it. */
		skippedBecause?: string;
	}
}

/**
 * Options for a test, or a `describe`, that needs something this machine may lack. The only way to skip a test, so
 * that each skipped one names its reason.
 * @param what it needs, in words for whoever reads the output of `npm test`.
 */
export function needs(what: string, isThere: boolean): TestOptions {
	return isThere ? {} : { skip: true, meta: { skippedBecause: `${what} is not there` } };
}
