import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** One fault of the driver and its correction. */
type Change = {
	/** Name of the scenario in tests/setup/driver-scenarios.ts that shows the fault. */
	scenario: string;
	fault: string;
	/** Issues and pull requests of the driver about the fault. */
	upstream: string[];
	/** Code of the driver to replace, which must be in the file exactly once. */
	edits: { file: string; from: string; to: string }[];
};

const ISSUES = "https://github.com/porsager/postgres/issues";

/**
 * The faults of the driver `postgres` 3.4.9 with lost connections and behind a pooler. No release of the driver fixes
 * them.
 */
export const CHANGES: Change[] = [
	{
		scenario: "write-after-close",
		fault:
			"A statement on a connection that was lost is written to the missing socket in a setImmediate. Nothing can catch the TypeError, so the process ends.",
		upstream: [`${ISSUES}/1154`, `${ISSUES}/1208`],
		edits: [
			{
				file: "connection.js",
				from: "function nextWrite(fn) {\n",
				to: `function nextWrite(fn) {
    if (!socket) {
      nextWriteTimer !== null && clearImmediate(nextWriteTimer)
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      return false
    }
`,
			},
		],
	},
	{
		scenario: "close-during-write",
		fault:
			"A write that was scheduled when the connection closed is cancelled but still counts as scheduled, so nothing is written to the next socket, not even the startup message.",
		// This change is a part of the driver's pull request 1215.
		upstream: [`${ISSUES}/1215`],
		edits: [
			{
				file: "connection.js",
				from: "    clearImmediate(nextWriteTimer)\n    socket.removeListener('data', data)\n",
				to: "    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener('data', data)\n",
			},
		],
	},
	{
		scenario: "close-during-startup",
		fault:
			"When a server or a proxy accepts a connection and closes it, the driver connects again without a pause and without end, and the statement never settles. With several hosts the next one is still tried.",
		upstream: [`${ISSUES}/1193`, `${ISSUES}/1179`],
		edits: [
			{
				file: "connection.js",
				from: "    if (initial)\n      return reconnect()\n",
				to: "    if (initial && options.host.length > 1)\n      return reconnect()\n",
			},
		],
	},
	{
		scenario: "error-of-the-lost-connection",
		fault:
			"The statement, error and rows of a lost connection are kept, so the first statement on the next connection fails with the old error.",
		upstream: [`${ISSUES}/1216`, `${ISSUES}/1119`, `${ISSUES}/1223`],
		edits: [
			{
				file: "connection.js",
				from: "    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))\n",
				to: `    ;(initial || query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))
    query = results = errorResponse = null
    result = new Result()
    rows = 0
`,
			},
		],
	},
	{
		scenario: "unprepared-statement-behind-another",
		fault:
			"A statement with parameters that is not prepared is sent in two parts, and the first part may be sent behind another statement. PgBouncer in transaction mode does not forward it then, and both sides wait for ever.",
		// No issue of the driver describes this fault; issue 93 is about the same pooler and led to the option `prepare`.
		upstream: [`${ISSUES}/93`],
		edits: [
			{
				file: "connection.js",
				from: "        && !q.cursorFn\n        && sent.length < max_pipeline\n",
				to: "        && !q.cursorFn\n        && (options.prepare || q.options.onexecute)\n        && sent.length < max_pipeline\n",
			},
		],
	},
	{
		scenario: "silent-server",
		fault:
			"There is no limit for a server that stops answering without closing the connection. The kernel ends such a connection after about 15 minutes. The new option `silence_timeout` (seconds, default 30) ends it earlier.",
		upstream: [`${ISSUES}/1089`],
		edits: [
			{
				file: "connection.js",
				from: "      socket.on('data', data)\n      keep_alive",
				to: `      socket.on('data', data)
      socket.setTimeout(1000 * options.silence_timeout, () => query && socket && socket.destroy(Errors.connection('CONNECTION_SILENT', options, socket)))
      keep_alive`,
			},
			{
				file: "index.js",
				from: "    connect_timeout : 30,\n",
				to: "    connect_timeout : 30,\n    silence_timeout : 30,\n",
			},
		],
	},
	{
		scenario: "transaction-after-close",
		fault:
			"A transaction whose connection was lost continues on that connection. By then it may belong to another caller, whose transaction gets these statements and the rollback; or the pool loses it for good. Statements that the transaction has queued never settle.",
		upstream: [`${ISSUES}/1216`, `${ISSUES}/1186`],
		edits: [
			{
				file: "index.js",
				from: "    let savepoints = 0\n",
				to: "    let lost = null\n      , savepoints = 0\n",
			},
			{
				file: "index.js",
				from: "        new Promise((_, reject) => connection.onclose = reject)\n",
				to: `        new Promise((_, reject) => connection.onclose = e => {
          lost = e
          while (queries.length) queries.shift().reject(e)
          reject(e)
        })
`,
			},
			{
				file: "index.js",
				from: "        q.catch(e => uncaughtError || (uncaughtError = e))\n",
				to: "        q.catch(e => uncaughtError || (uncaughtError = e))\n        if (lost) return q.reject(lost)\n",
			},
		],
	},
];

/** Folder of the changed copy of the driver, which the application uses. */
export const COPY_FOLDER = join(import.meta.dirname, "postgres");

const HEADER =
	"// postgres VERSION with the corrections of db/driver/changes.ts. Made by `npm run driver:copy`; do not edit.\n";

/**
 * Makes the changed copy of the installed package `postgres`.
 * @returns the content of each file by its name.
 * @throws when the package does not contain the code to replace exactly once: then somebody must examine the new
 * version of the driver first.
 */
export function changeDriver(): Record<string, string> {
	const packageFolder = dirname(dirname(dirname(createRequire(import.meta.url).resolve("postgres"))));
	const read = (path: string) => readFileSync(join(packageFolder, path), "utf8");
	const { version } = JSON.parse(read("package.json")) as { version: string };
	// The copy uses the TypeScript types of the package, because drizzle accepts only these types.
	const files: Record<string, string> = { "index.d.ts": 'export { default } from "postgres";\n' };
	for (const name of readdirSync(join(packageFolder, "src"))) files[name] = read(`src/${name}`);
	for (const { fault, edits } of CHANGES) {
		for (const { file, from, to } of edits) {
			const parts = (files[file] ?? "").split(from);
			if (parts.length !== 2)
				throw new Error(`postgres ${version} has changed in ${file}. Does this fault remain? ${fault}`);
			files[file] = parts.join(to);
		}
	}
	const header = HEADER.replace("VERSION", version);
	return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, header + text]));
}
