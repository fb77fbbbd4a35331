import { parseArgs } from "node:util";
import { canonicalEmail } from "#app/models/email/address.server.ts";
import { CommandError } from "./command.ts";

/**
 * Parses the single argument of a command and its options.
 * @param usage the complete command line, shown when the arguments are wrong.
 * @param options names of options with a value; @param flags names of options without one.
 * @throws CommandError
 */
export function parseSingleArgument(
	usage: string,
	options: string[] = [],
	flags: string[] = [],
): { word: string; options: Record<string, string>; flags: Set<string> } {
	try {
		const { positionals, values } = parseArgs({
			allowPositionals: true,
			options: Object.fromEntries([
				...options.map((name) => [name, { type: "string" as const }]),
				...flags.map((name) => [name, { type: "boolean" as const }]),
			]),
		});
		const [word] = positionals;
		if (word && positionals.length === 1) {
			const givenOptions = Object.entries(values);
			return {
				word,
				options: Object.fromEntries(
					givenOptions.filter((entry): entry is [string, string] => options.includes(entry[0])),
				),
				flags: new Set(givenOptions.flatMap(([name]) => (flags.includes(name) ? [name] : []))),
			};
		}
	} catch {
		// The command has an unknown option, so its usage line is printed.
	}
	throw new CommandError(`Type it like this: ${usage}.`);
}

/**
 * The canonical form of an email address that was given to a command.
 * @throws CommandError when the text is not an email address.
 */
export function parseEmail(word: string): string {
	const address = canonicalEmail(word);
	if (address !== null) return address;
	throw new CommandError(`${word} is not an email address.`);
}
