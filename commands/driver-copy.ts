import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COPY, changeDriver } from "#db/driver/changes.ts";

/** Makes the changed copy of the Postgres driver anew, after an update of the package: `npm run driver:copy`. */
const files = changeDriver();
rmSync(COPY, { recursive: true, force: true });
mkdirSync(COPY);
for (const [name, text] of Object.entries(files)) writeFileSync(join(COPY, name), text);
process.stdout.write(`${Object.keys(files).length} files are in ${COPY}.\n`);
