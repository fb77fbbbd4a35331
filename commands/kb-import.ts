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
		await makeFindableByMeaning();
	});
});

/**
 * Embeds the new passages, so that the command returns when its articles can be found by meaning. Without this, a
 * server would do it within some minutes. When the provider of embeddings fails, the articles are found by words alone.
 */
async function makeFindableByMeaning(): Promise<void> {
	const { embedMissingPassages, EmbeddingFailed } = await import("#app/ai/embeddings.server.ts");
	try {
		const count = await embedMissingPassages();
		if (count > 0) process.stdout.write(`${count} passages can be found by meaning.\n`);
	} catch (error) {
		if (!(error instanceof EmbeddingFailed)) throw error;
		process.stdout.write(
			`The articles can be found by words. The server will try again to embed them: ${error.message}\n`,
		);
	}
}
