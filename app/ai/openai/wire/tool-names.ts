/** Normalises tool names as models write them: with template marks, with a namespace, or in another case. */

const TOOL_NAMESPACE_PATTERN = /^(?:(?:functions?|tools?|default_api|default|api)[.:/]|tool_use\.)+/i;

/**
 * Returns the name of the known tool that the written name means; without such a tool, the written name without marks
 * and namespace. `search_knowledge<|channel|>commentary`, `functions.search_knowledge:0` and `Search-Knowledge` all
 * mean one tool.
 */
export function normaliseToolName(written: string, known: readonly string[]): string {
	const plain = written
		.replace(/[<|｜].*$/su, "")
		.trim()
		.replace(/^["'`]+|(?<!["'`()])["'`()]+$/g, "")
		.replace(TOOL_NAMESPACE_PATTERN, "")
		.replace(/:\d+$/, "");
	const folded = foldName(plain);
	return known.find((name) => foldName(name) === folded) ?? plain;
}

const foldName = (name: string): string => name.toLowerCase().replace(/[-_\s]/g, "");
