import { openEmbeddedDatabase } from "#embedded-postgres/index.ts";

/**
 * A process that starts the embedded database of a data directory, as `npm start` does, for tests that kill the
 * process. It prints the database's URL and keeps running.
 */
const database = await openEmbeddedDatabase({ dataDir: process.argv[2] ?? "", role: "start" });
database.announce("http://localhost:9/");
process.stdout.write(`${database.url}\n`);
setInterval(() => {}, 60_000);
