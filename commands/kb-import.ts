import { KnowledgeImportError, readArticles } from "#app/models/article-files.server.ts";
import { oneArgument } from "./steps/arguments.ts";
import { CommandError, runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

/** Imports a folder of Markdown files as knowledge articles: `npm run kb:import -- DIR`. */
await runCommand(async () => {
	const { word: directory } = oneArgument("npm run kb:import -- DIR");
	// The files are checked before a database is even opened.
	const files = await readArticles(directory).catch((error) => {
		throw error instanceof KnowledgeImportError ? new CommandError(error.message, { cause: error }) : error;
	});
	await withDatabase(async () => {
		const { saveArticleFiles } = await import("#app/models/kb-import.server.ts");
		const { created, updated, unchanged } = await saveArticleFiles(files, (slug, outcome) =>
			process.stdout.write(`${slug}: ${outcome}\n`),
		);
		process.stdout.write(
			`${files.length} articles: ${created} new, ${updated} changed, ${unchanged} as they were.\n`,
		);
	});
});
