import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COPY_FOLDER, changeDriver } from "#db/driver/changes.ts";

/**
 * Makes the changed copy of the Postgres driver again, after an update of the driver's package: `npm run driver:copy`.
 */
const files = changeDriver();
rmSync(COPY_FOLDER, { recursive: true, force: true });
mkdirSync(COPY_FOLDER);
for (const [name, text] of Object.entries(files)) writeFileSync(join(COPY_FOLDER, name), text);
process.stdout.write(`${Object.keys(files).length} files are in ${COPY_FOLDER}.\n`);
