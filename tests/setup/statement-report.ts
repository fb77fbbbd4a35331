import { closeSync, openSync, readSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import postgres from "#db/driver.ts";

/**
 * One SQL statement, and the number of pages (8 KB each) that it read, without the pages that statements inside its
 * functions read.
 */
export type Statement = { text: string; pages: number; plan: string };

/** Matches the start of an entry in Postgres's log, which begins with the time. */
const LOG_ENTRY_START_PATTERN = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/m;

/**
 * Makes Postgres report the query plan of each statement in a database, including statements inside functions and
 * foreign key checks (auto_explain). The setting applies to connections that are opened later, so call this function
 * before importing the app.
 * @param url of the tests' embedded database, whose log is a file on this machine.
 */
export async function reportStatements(url: string) {
	const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
	const name = new URL(url).pathname.slice(1);
	const settings = {
		session_preload_libraries: "auto_explain",
		"auto_explain.log_min_duration": "0",
		"auto_explain.log_nested_statements": "on",
		"auto_explain.log_analyze": "on",
		"auto_explain.log_buffers": "on",
		"auto_explain.log_timing": "off",
		"auto_explain.log_format": "json",
		// Postgres uses just-in-time compilation only for statements with a large estimated cost, so it would change the
		// measurement.
		jit: "off",
	};
	for (const [key, value] of Object.entries(settings))
		await client.unsafe(`alter database ${name} set ${key} = '${value}'`);
	const [folder] = await client<{ path: string }[]>`select current_setting('data_directory') as path`;
	const file = join(dirname(folder?.path ?? ""), "postgres.log");

	/**
	 * Waits until Postgres has reported the statements of idle connections. A statement is reported when it ends, perhaps
	 * after the client has its result.
	 */
	async function untilIdle(): Promise<void> {
		for (;;) {
			const [busy] = await client<{ count: number }[]>`
				select count(*)::int as count from pg_stat_activity
				where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`;
			if (busy?.count === 0) return;
		}
	}

	return {
		client,
		/**
		 * Runs the work and records the statements that the database executes in the meantime.
		 * @returns the recorded statements.
		 */
		async during(work: () => Promise<unknown>): Promise<Statement[]> {
			await untilIdle();
			const start = statSync(file).size;
			await work();
			await untilIdle();
			return readFrom(file, start)
				.split(new RegExp(`(?=${LOG_ENTRY_START_PATTERN.source})`, "m"))
				.flatMap(parse);
		},
	};
}

function readFrom(file: string, start: number): string {
	const bytes = Buffer.alloc(statSync(file).size - start);
	const descriptor = openSync(file, "r");
	try {
		return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, bytes.length, start));
	} finally {
		closeSync(descriptor);
	}
}

function parse(entry: string): Statement[] {
	if (!/duration: [\d.]+ ms {2}plan:/.test(entry)) return [];
	const report = JSON.parse(entry.slice(entry.indexOf("{"))) as {
		"Query Text": string;
		Plan: { "Shared Hit Blocks": number; "Shared Read Blocks": number };
	};
	const pages = report.Plan["Shared Hit Blocks"] + report.Plan["Shared Read Blocks"];
	return [
		{ text: report["Query Text"].replace(/\s+/g, " ").trim(), pages, plan: JSON.stringify(report.Plan) },
	];
}
