import { KnowledgeImportError, readArticles } from "#app/models/article/files.server.ts";
import { parseSingleArgument } from "./steps/arguments.ts";
import { CommandError, runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";
import { printImportReport } from "./steps/import-report.ts";

/** Imports a folder of Markdown files as articles: `npm run kb:import -- DIR [--source NAME] [--prune]`. */
await runCommand(async () => {
	const {
		word: directory,
		options,
		flags,
	} = parseSingleArgument("npm run kb:import -- DIR [--source NAME] [--prune]", ["source"], ["prune"]);
	// The Markdown files are validated before the database is opened.
	const folder = await readArticles(directory).catch((error) => {
		throw error instanceof KnowledgeImportError ? new CommandError(error.message, { cause: error }) : error;
	});
	if (folder.articles.length + folder.drafts.length === 0) {
		printImportReport(folder, "Nothing was imported");
		return;
	}
	await withDatabase(async () => {
		const { saveArticleFolder } = await import("#app/models/article/import.server.ts");
		const { created, updated, unchanged, refused, notes } = await saveArticleFolder(
			folder,
			{ ...options, isPruning: flags.has("prune") },
			(slug, outcome) => process.stdout.write(`${slug}: ${outcome}\n`),
		);
		const count = created + updated + unchanged;
		process.stdout.write(
			`${count} articles: ${created} new, ${updated} changed, ${unchanged} as they were.\n`,
		);
		printImportReport({ refused, notes }, "The rest was imported");
	});
});
