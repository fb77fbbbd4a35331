import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Binaries, bundledBinaries, copyBinaries, program } from "./binaries.ts";
import { EmbeddedError } from "./errors.ts";
import { stopLeftover } from "./leftover.ts";

/** The system user Postgres runs as; null where it may run as the user we are. */
export interface Account {
	name: string;
	uid: number;
	gid: number;
}

/** Where one embedded Postgres lives. */
export interface Place {
	/** Folder of the cluster, its password and its log: the data directory, or one elsewhere. */
	home: string;
	account: Account | null;
	binaries: Binaries;
	isElsewhere: boolean;
}

/** Last resort for a home elsewhere; in a folder where anybody may create one of that name. */
const IN_TMP = join(tmpdir(), "mevi-chat-root");
/** In the data directory: the path of the home, when it is elsewhere. */
const POINTER = "postgres-is-at";
/** Tried in this order when we are root: the packaged server's user, then the one every Unix has. */
const ACCOUNTS = ["postgres", "nobody"];

/** Folder of the cluster itself (PGDATA). */
export function clusterOf(home: string): string {
	return join(home, "postgres");
}

/**
 * Creates the data directory where needed. When we are root it lets others pass through (not list), for
 * Postgres runs as another user; every secret in it is 0600.
 * @throws EmbeddedError when it cannot be created or written.
 */
export function prepareDataDirectory(dataDir: string, isThrowaway = false): void {
	try {
		const isNew = !existsSync(dataDir);
		if (isNew) mkdirSync(dataDir, { recursive: true });
		// A folder of mkdtemp is there already, but nobody else's.
		if (isNew || isThrowaway) chmodSync(dataDir, isRoot() ? 0o711 : 0o700);
		rmSync(mkdtempSync(join(dataDir, ".probe-")), { recursive: true });
	} catch (error) {
		throw new EmbeddedError(
			`The data directory ${dataDir} cannot be written (${(error as NodeJS.ErrnoException).code}); ` +
				"give this user the right to, or set DATA_DIR to a folder it may write.",
		);
	}
}

/**
 * Decides where the cluster of a data directory lives and as whom Postgres runs, by trying: every candidate
 * user must be able to write there and to run the binaries. An ordinary user has one candidate, itself in
 * the data directory.
 * @throws EmbeddedError when nothing works, with what to do.
 */
export async function choosePlace(dataDir: string): Promise<Place> {
	const binaries = bundledBinaries();
	if (!isRoot()) {
		const fault = runFault(binaries, null);
		if (fault === null) return { home: dataDir, account: null, binaries, isElsewhere: false };
		throw new EmbeddedError(
			`The bundled Postgres does not run on this system (${fault}); set DATABASE_URL to a Postgres of your own.`,
		);
	}
	let fault = "there is no user postgres or nobody";
	for (const home of candidateHomes(dataDir)) {
		for (const account of candidateAccounts(home)) {
			const found = await tryPlace(home, account, binaries);
			if (typeof found === "string") {
				fault = found;
				continue;
			}
			const isElsewhere = home !== dataDir;
			if (isElsewhere) await takeElsewhere(dataDir, home);
			return { home, account, binaries: found, isElsewhere };
		}
	}
	throw new EmbeddedError(
		`Postgres refuses to run as root, and no other user could run it here (${fault}); ` +
			"start as an ordinary user, or set DATABASE_URL to a Postgres of your own.",
	);
}

function isRoot(): boolean {
	return process.getuid?.() === 0;
}

/** A home that already holds a cluster is the only candidate: data is never silently left behind. */
function candidateHomes(dataDir: string): string[] {
	const pointer = join(dataDir, POINTER);
	if (existsSync(pointer)) {
		const home = readFileSync(pointer, "utf8").trim();
		if (existsSync(clusterOf(home))) return [home];
	}
	if (existsSync(clusterOf(dataDir))) return [dataDir];
	const hash = createHash("sha256").update(realpathSync(dataDir)).digest("hex").slice(0, 12);
	const elsewhere = [join("/var/lib/mevi-chat", hash), join(IN_TMP, hash)];
	return [dataDir, ...elsewhere];
}

/**
 * Notes in the data directory where its cluster is. One that an earlier data directory of the same path left
 * there is set aside first: whoever deleted the data directory wants to begin anew. The one before that is
 * removed, so that they do not pile up.
 */
async function takeElsewhere(dataDir: string, home: string): Promise<void> {
	const pointer = join(dataDir, POINTER);
	const isKnown = existsSync(pointer) && readFileSync(pointer, "utf8").trim() === home;
	if (isKnown) return;
	const cluster = clusterOf(home);
	if (existsSync(cluster)) {
		await stopLeftover(cluster);
		rmSync(`${cluster}.previous`, { recursive: true, force: true });
		renameSync(cluster, `${cluster}.previous`);
	}
	writeFileSync(pointer, home);
}

function candidateAccounts(home: string): Account[] {
	const accounts = readAccounts();
	if (existsSync(clusterOf(home))) {
		const { uid, gid } = statSync(clusterOf(home));
		// Whoever owns the data goes on owning it, for instance an ordinary user who started it before.
		if (uid !== 0) return [accounts.find((one) => one.uid === uid) ?? { name: `user ${uid}`, uid, gid }];
	}
	return ACCOUNTS.flatMap((name) => accounts.find((one) => one.name === name) ?? []);
}

/** passwd(5): name:password:uid:gid:… */
function readAccounts(): Account[] {
	if (!existsSync("/etc/passwd")) return [];
	return readFileSync("/etc/passwd", "utf8")
		.split("\n")
		.map((line) => line.split(":"))
		.map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

/** The binaries to use when `account` can live in `home`, else what is in the way. */
async function tryPlace(home: string, account: Account, bundled: Binaries): Promise<Binaries | string> {
	try {
		openHome(home);
		const fault = writeFault(home, account);
		if (fault !== null) return fault;
		if (runFault(bundled, account) === null) return bundled;
		const copy = await copyBinaries(bundled, home);
		return runFault(copy, account) ?? copy;
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		return code === undefined ? message : `${code} for ${account.name} in ${home}`;
	}
}

/** Creates the folders of a home; one made by somebody else under /tmp is refused. */
function openHome(home: string): void {
	for (const folder of [dirname(home), home]) {
		if (existsSync(folder)) continue;
		mkdirSync(folder, { recursive: true });
		chmodSync(folder, 0o711);
	}
	const { uid } = lstatSync(dirname(home));
	if (dirname(home) === IN_TMP && uid !== 0) throw new Error(`${IN_TMP} belongs to someone else`);
}

function writeFault(home: string, account: Account): string | null {
	const probe = mkdtempSync(join(home, ".probe-"));
	try {
		chownSync(probe, account.uid, account.gid);
		const result = spawnSync("/bin/sh", ["-c", ': > "$1/file"', "sh", probe], asAccount(account));
		if (result.status === 0) return null;
		return result.error ? `${account.name}: ${result.error.message}` : `${account.name} cannot reach ${home}`;
	} finally {
		rmSync(probe, { recursive: true, force: true });
	}
}

function runFault(binaries: Binaries, account: Account | null): string | null {
	const result = spawnSync(program(binaries, "postgres"), ["--version"], {
		...asAccount(account),
		encoding: "utf8",
	});
	if (result.status === 0) return null;
	return result.error?.message ?? result.stderr.trim().split("\n").at(-1) ?? "it ends at once";
}

/**
 * Options for starting one of Postgres's programs: as its user, in a folder everyone may enter, and without
 * our environment, whose PG* variables would change what it does.
 */
export function asAccount(account: Account | null) {
	return {
		cwd: "/",
		env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC", NODE_ENV: "production" as const },
		...(account === null ? {} : { uid: account.uid, gid: account.gid }),
	};
}
