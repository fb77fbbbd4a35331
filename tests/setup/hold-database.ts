import { openEmbedded } from "#db/embedded/index.ts";

/**
 * A process that owns the embedded database of the data directory it is given, as `start` does, for tests
 * that kill it. Writes the address when it has it, and stays.
 */
const database = await openEmbedded({ dataDir: process.argv[2] ?? "", role: "start" });
database.announce("http://localhost:9/");
process.stdout.write(`${database.url}\n`);
setInterval(() => {}, 60_000);
