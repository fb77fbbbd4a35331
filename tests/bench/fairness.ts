import { parseArgs } from "node:util";
import { CommandError, runCommand } from "#commands/steps/command.ts";
import { openBenchDatabase } from "./database.ts";
import { longMessagesMarkdown, measureLongMessages } from "./long-messages.ts";
import { measureSharedAnswers, sharedAnswersMarkdown } from "./shared-answers.ts";

/**
 * `npm run bench:fairness` measures how much one sender, who keeps to all rate limits, can slow down all other
 * senders. Each measurement prints a table. Method and results: docs/benchmarks.md.
 */

const MEASURES = ["long-messages", "shared-answers"];

await runCommand(async () => {
	const { values } = parseArgs({ options: { only: { type: "string", default: MEASURES.join(",") } } });
	const only = new Set(values.only.split(",").map((name) => name.trim()));
	for (const name of only) {
		if (MEASURES.includes(name)) continue;
		throw new CommandError(`There is no measure "${name}". There are: ${MEASURES.join(", ")}.`);
	}
	const database = await openBenchDatabase();
	try {
		if (only.has("long-messages"))
			process.stdout.write(`${longMessagesMarkdown(await measureLongMessages({ database }))}\n\n`);
		if (only.has("shared-answers"))
			process.stdout.write(`${sharedAnswersMarkdown(await measureSharedAnswers({ database }))}\n`);
	} finally {
		await database.close();
	}
});
