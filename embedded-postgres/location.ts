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
import { type Binaries, copyBinaries, prepareBundledBinaries, programPath } from "./binaries.ts";
import { EmbeddedDatabaseError } from "./errors.ts";
import { stopLeftoverPostgres } from "./leftover.ts";

/** A system user that Postgres can run as, because Postgres refuses to run as root. */
export interface Account {
	name: string;
	uid: number;
	gid: number;
}

/** Where an embedded Postgres has its data, and as which system user it runs. */
export interface ClusterLocation {
	/** Folder of the cluster, its password and its log file: the data directory or another folder. */
	home: string;
	/** The system user that Postgres runs as; null for the user of this process. */
	account: Account | null;
	binaries: Binaries;
	/** Whether `home` is a folder other than the data directory. */
	isElsewhere: boolean;
}

/**
 * The folder for clusters under the temporary directory, the last candidate outside the data directory. Other users can
 * create a folder with this name too.
 */
const TEMPORARY_HOMES = join(tmpdir(), "mevi-chat-root");
/** Name of the file in the data directory that contains the path of the cluster's home, if that is another folder. */
const HOME_PATH_FILE = "postgres-is-at";
/**
 * The system users that are tried in order when this process runs as root: the user of a packaged Postgres, then one
 * that every Unix has.
 */
const CANDIDATE_ACCOUNTS = ["postgres", "nobody"];

/** Folder of the cluster's own files (PGDATA) inside its home. */
export function clusterDirectory(home: string): string {
	return join(home, "postgres");
}

/**
 * Creates the data directory if it does not exist. When this process runs as root, the directory has mode 0711, because
 * Postgres runs as another user, who must be able to pass through it; every secret in it has mode 0600.
 * @throws EmbeddedDatabaseError when the directory cannot be created or written.
 */
export function prepareDataDirectory(dataDir: string, isThrowaway = false): void {
	try {
		const isNew = !existsSync(dataDir);
		if (isNew) mkdirSync(dataDir, { recursive: true });
		// The data directory of a throwaway cluster exists already and only its user can read it.
		if (isNew || isThrowaway) chmodSync(dataDir, isRoot() ? 0o711 : 0o700);
		rmSync(mkdtempSync(join(dataDir, ".probe-")), { recursive: true });
	} catch (error) {
		throw new EmbeddedDatabaseError(
			`The data directory ${dataDir} cannot be written (${(error as NodeJS.ErrnoException).code}); ` +
				"give this user the right to, or set DATA_DIR to a folder it may write.",
		);
	}
}

/**
 * Chooses the folder of the cluster and the system user that Postgres runs as. Each candidate is tried: the user must
 * be able to write to the folder and to run the Postgres programs. Without root there is one candidate: the data
 * directory with the user of this process.
 * @throws EmbeddedDatabaseError when no candidate works; the message says what to do.
 */
export async function chooseLocation(dataDir: string): Promise<ClusterLocation> {
	const binaries = prepareBundledBinaries();
	if (!isRoot()) {
		const problem = findRunProblem(binaries, null);
		if (problem === null) return { home: dataDir, account: null, binaries, isElsewhere: false };
		throw new EmbeddedDatabaseError(
			`The bundled Postgres does not run on this system (${problem}); set DATABASE_URL to a Postgres of your own.`,
		);
	}
	let problem = "there is no user postgres or nobody";
	for (const home of listCandidateHomes(dataDir)) {
		for (const account of listCandidateAccounts(home)) {
			const found = await tryLocation(home, account, binaries);
			if (typeof found === "string") {
				problem = found;
				continue;
			}
			const isElsewhere = home !== dataDir;
			if (isElsewhere) await recordExternalHome(dataDir, home);
			return { home, account, binaries: found, isElsewhere };
		}
	}
	throw new EmbeddedDatabaseError(
		`Postgres refuses to run as root, and no other user could run it here (${problem}); ` +
			"start as an ordinary user, or set DATABASE_URL to a Postgres of your own.",
	);
}

function isRoot(): boolean {
	return process.getuid?.() === 0;
}

/**
 * The folders in which the cluster may be. If one of them already has a cluster, it is the only candidate, so that
 * existing data is always used.
 */
function listCandidateHomes(dataDir: string): string[] {
	const pointer = join(dataDir, HOME_PATH_FILE);
	if (existsSync(pointer)) {
		const home = readFileSync(pointer, "utf8").trim();
		if (existsSync(clusterDirectory(home))) return [home];
	}
	if (existsSync(clusterDirectory(dataDir))) return [dataDir];
	const hash = createHash("sha256").update(realpathSync(dataDir)).digest("hex").slice(0, 12);
	const external = [join("/var/lib/mevi-chat", hash), join(TEMPORARY_HOMES, hash)];
	return [dataDir, ...external];
}

/**
 * Writes the path of the cluster's home into the data directory. A cluster that is already in the home belongs to a
 * data directory that was deleted, so that cluster is renamed to `postgres.previous` and not used. An older
 * `postgres.previous` is deleted.
 */
async function recordExternalHome(dataDir: string, home: string): Promise<void> {
	const pointer = join(dataDir, HOME_PATH_FILE);
	const isKnown = existsSync(pointer) && readFileSync(pointer, "utf8").trim() === home;
	if (isKnown) return;
	const cluster = clusterDirectory(home);
	if (existsSync(cluster)) {
		await stopLeftoverPostgres(cluster);
		rmSync(`${cluster}.previous`, { recursive: true, force: true });
		renameSync(cluster, `${cluster}.previous`);
	}
	writeFileSync(pointer, home);
}

function listCandidateAccounts(home: string): Account[] {
	const accounts = readAccounts();
	if (existsSync(clusterDirectory(home))) {
		const { uid, gid } = statSync(clusterDirectory(home));
		// The owner of existing data stays its owner, for example an ordinary user who started the database before.
		if (uid !== 0) return [accounts.find((one) => one.uid === uid) ?? { name: `user ${uid}`, uid, gid }];
	}
	return CANDIDATE_ACCOUNTS.flatMap((name) => accounts.find((one) => one.name === name) ?? []);
}

/** The format of the file passwd(5): name:password:uid:gid:… */
function readAccounts(): Account[] {
	if (!existsSync("/etc/passwd")) return [];
	return readFileSync("/etc/passwd", "utf8")
		.split("\n")
		.map((line) => line.split(":"))
		.map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

/**
 * Tests whether a system user can run Postgres in a folder.
 * @returns the programs that the user can run there, or the reason why the user cannot.
 */
async function tryLocation(home: string, account: Account, bundled: Binaries): Promise<Binaries | string> {
	try {
		createHome(home);
		const problem = findWriteProblem(home, account);
		if (problem !== null) return problem;
		if (findRunProblem(bundled, account) === null) return bundled;
		const copy = await copyBinaries(bundled, home);
		return findRunProblem(copy, account) ?? copy;
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		return code === undefined ? message : `${code} for ${account.name} in ${home}`;
	}
}

/**
 * Creates the folders of a cluster's home.
 * @throws when another user has created the folder under the temporary directory.
 */
function createHome(home: string): void {
	for (const folder of [dirname(home), home]) {
		if (existsSync(folder)) continue;
		mkdirSync(folder, { recursive: true });
		chmodSync(folder, 0o711);
	}
	const { uid } = lstatSync(dirname(home));
	if (dirname(home) === TEMPORARY_HOMES && uid !== 0)
		throw new Error(`${TEMPORARY_HOMES} belongs to someone else`);
}

function findWriteProblem(home: string, account: Account): string | null {
	const probe = mkdtempSync(join(home, ".probe-"));
	try {
		chownSync(probe, account.uid, account.gid);
		const result = spawnSync("/bin/sh", ["-c", ': > "$1/file"', "sh", probe], spawnOptionsFor(account));
		if (result.status === 0) return null;
		return result.error ? `${account.name}: ${result.error.message}` : `${account.name} cannot reach ${home}`;
	} finally {
		rmSync(probe, { recursive: true, force: true });
	}
}

function findRunProblem(binaries: Binaries, account: Account | null): string | null {
	const result = spawnSync(programPath(binaries, "postgres"), ["--version"], {
		...spawnOptionsFor(account),
		encoding: "utf8",
	});
	if (result.status === 0) return null;
	return result.error?.message ?? result.stderr.trim().split("\n").at(-1) ?? "it ends at once";
}

/**
 * Options for running a Postgres program: as its system user, in a folder that every user can enter, and without this
 * process's environment, because PG* variables would change what the program does.
 */
export function spawnOptionsFor(account: Account | null) {
	return {
		cwd: "/",
		env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC", NODE_ENV: "production" as const },
		...(account === null ? {} : { uid: account.uid, gid: account.gid }),
	};
}
