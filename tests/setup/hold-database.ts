import { openEmbeddedDatabase } from "#embedded-postgres/index.ts";

/**
 * A process that owns the embedded database of a data directory, as `start` does, for tests that kill it. It prints the
 * URL and keeps running.
 */
const database = await openEmbeddedDatabase({ dataDir: process.argv[2] ?? "", role: "start" });
database.announce("http://localhost:9/");
process.stdout.write(`${database.url}\n`);
setInterval(() => {}, 60_000);
