/**
 * Prints an import's notes on stdout and the refused records on stderr. If a record was refused, the command's exit
 * code is 1.
 * @param outcome text about the records that were not refused, for example "The rest was imported".
 */
export function printImportReport(
	{ refused, notes }: { refused: string[]; notes: string[] },
	outcome: string,
): void {
	for (const note of notes) process.stdout.write(`Note: ${note}\n`);
	if (refused.length === 0) return;
	const count = refused.length === 1 ? "1 fault was" : `${refused.length} faults were`;
	process.stderr.write(`${refused.join("\n")}\n${count} found; see above. ${outcome}.\n`);
	process.exitCode = 1;
}
