/** Names of tools as models write them: with marks of the template, with a namespace, in other letters. */

const NAMESPACE = /^(?:(?:functions?|tools?|default_api|default|api)[.:/]|tool_use\.)+/i;

/**
 * The name of the tool that is meant: one of `known`, or what the model wrote without marks and namespace.
 * `search_knowledge<|channel|>commentary`, `functions.search_knowledge:0` and `Search-Knowledge` are all known.
 */
export function toolNameOf(written: string, known: readonly string[]): string {
	const plain = written
		.replace(/[<|｜].*$/su, "")
		.trim()
		.replace(/^["'`]+|(?<!["'`()])["'`()]+$/g, "")
		.replace(NAMESPACE, "")
		.replace(/:\d+$/, "");
	const folded = fold(plain);
	return known.find((name) => fold(name) === folded) ?? plain;
}

const fold = (name: string): string => name.toLowerCase().replace(/[-_\s]/g, "");
