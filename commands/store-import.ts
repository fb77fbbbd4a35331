import { readStoreFiles, StoreImportError } from "#app/models/store-import/files.server.ts";
import { parseSingleArgument } from "./steps/arguments.ts";
import { CommandError, runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";
import { printImportReport } from "./steps/import-report.ts";

/** Imports a store's products, customers and orders: `npm run store:import -- DIR`. */
await runCommand(async () => {
	const { word: directory } = parseSingleArgument("npm run store:import -- DIR");
	// The store's files are validated before the database is opened.
	const { refused, notes, ...data } = await readStoreFiles(directory).catch((error) => {
		throw error instanceof StoreImportError ? new CommandError(error.message, { cause: error }) : error;
	});
	const isEmpty = Object.values(data).every((rows) => rows.length === 0);
	if (isEmpty && refused.length > 0) {
		printImportReport({ refused, notes }, "Nothing was imported");
		return;
	}
	await withDatabase(async () => {
		const { saveStore } = await import("#app/models/store-import/import.server.ts");
		const summary = await saveStore(data, (line) => process.stdout.write(`${line}\n`));
		const counts = Object.values(summary);
		const isUnchanged = counts.every(({ created, updated }) => created + updated === 0);
		const { products, variants, customers, orders } = summary;
		process.stdout.write(
			`The store has ${products.total} products (${variants.total} variants), ${customers.total} customers and ${orders.total} orders from ${directory}${isUnchanged ? "; nothing had changed" : ""}.\n`,
		);
	});
	printImportReport({ refused, notes }, "The rest was imported");
});
