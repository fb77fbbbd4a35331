import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { programPath } from "./binaries.ts";
import { EmbeddedDatabaseError } from "./errors.ts";
import { findPostmaster, stopLeftoverPostgres, stopPostmaster } from "./leftover.ts";
import { type ClusterLocation, clusterDirectory, spawnOptionsFor } from "./location.ts";
import { hashProcessStart, type ProcessIdentity } from "./processes.ts";

/** A running Postgres server that accepts connections. */
export interface Cluster {
	/** The URL postgres://… of the database `mevi`, with its password. */
	url: string;
	postmaster: ProcessIdentity;
	/** Resolves when Postgres has ended, for any reason. */
	ended: Promise<void>;
	stop(): Promise<void>;
}

const DATABASE_USER = "mevi";
const DATABASE_NAME = "mevi";
const PASSWORD_FILE = "database-password";
const LOG_FILE = "postgres.log";
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const MAX_CONNECTIONS = 200;
/**
 * Milliseconds for Postgres to get ready. This includes recovery after a crash, which reads the write-ahead log: by
 * default at most about a gigabyte.
 */
const READY_TIMEOUT_MS = 120_000;
const MAX_START_ATTEMPTS = 20;
const RETRY_DELAY_MS = 500;
/** Postgres settings of a throwaway cluster, which need not survive a power failure. */
const THROWAWAY_SETTINGS = [
	"fsync=off",
	"synchronous_commit=off",
	"full_page_writes=off",
	"max_wal_size=4GB",
];

/**
 * Starts the Postgres server of a cluster on the loopback interface and a free port. If the cluster does not exist, it
 * is created first. The caller must hold the claim on the data directory.
 * @throws EmbeddedDatabaseError; the message is one sentence for the user.
 */
export async function startCluster(location: ClusterLocation, isThrowaway: boolean): Promise<Cluster> {
	const folder = clusterDirectory(location.home);
	if (existsSync(folder)) {
		await stopLeftoverPostgres(folder);
		requireMatchingVersion(folder, location);
	} else {
		createCluster(location, isThrowaway);
	}
	const log = openLogFile(location);
	for (let tries = 1; ; tries++) {
		const port = await findFreePort();
		const child = launchPostgres(location, port, log, isThrowaway);
		const postmaster = await waitUntilReady(child, folder);
		if (postmaster !== null) return describeCluster(child, postmaster, location, port, isThrowaway);
		const problem = readLastFault(location);
		// The start failed because another program took the port meanwhile, or because the last processes of a killed
		// server still hold its shared memory. So the start is repeated.
		const mayPass = /could not bind|could not create any TCP|still in use|lock file/.test(problem);
		if (!mayPass || tries === MAX_START_ATTEMPTS) {
			throw new EmbeddedDatabaseError(
				`The embedded Postgres did not start (${problem}); its log is ${join(location.home, LOG_FILE)}.`,
			);
		}
		await delay(RETRY_DELAY_MS);
		await stopLeftoverPostgres(folder);
	}
}

function describeCluster(
	child: ChildProcess,
	postmaster: ProcessIdentity,
	location: ClusterLocation,
	port: number,
	isThrowaway: boolean,
): Cluster {
	const password = readFileSync(join(location.home, PASSWORD_FILE), "utf8").trim();
	return {
		url: `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}/${DATABASE_NAME}`,
		postmaster,
		ended: new Promise((resolve) => {
			if (child.exitCode !== null || child.signalCode !== null) resolve();
			else child.once("exit", () => resolve());
		}),
		stop: () => stopPostmaster(postmaster, isThrowaway),
	};
}

/**
 * Creates a new cluster in a temporary folder and renames the folder when the cluster is complete. An interrupted first
 * start leaves only the temporary folder, which the next start deletes.
 */
function createCluster(location: ClusterLocation, isThrowaway: boolean): void {
	removeUnfinished(location.home);
	const unfinished = mkdtempSync(join(location.home, "creating-"));
	chmodSync(unfinished, 0o711);
	const password = randomBytes(24).toString("base64url");
	const passwordFile = join(unfinished, "password");
	const folder = join(unfinished, "data");
	mkdirSync(folder, { mode: 0o700 });
	writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
	if (location.account) {
		for (const path of [folder, passwordFile]) chownSync(path, location.account.uid, location.account.gid);
	}
	runInitdb(location, folder, passwordFile, isThrowaway);
	runProgram(
		location,
		"postgres",
		["--single", "-D", folder, "postgres"],
		`CREATE DATABASE ${DATABASE_NAME};\n`,
	);
	writeFileSync(join(location.home, PASSWORD_FILE), `${password}\n`, { mode: 0o600 });
	renameSync(folder, clusterDirectory(location.home));
	rmSync(unfinished, { recursive: true, force: true });
}

/**
 * Deletes the folders of interrupted first starts. An initdb that still runs may write to its folder; the next first
 * start deletes that folder.
 */
function removeUnfinished(home: string): void {
	for (const name of readdirSync(home)) {
		if (!/^(creating|copying)-/.test(name)) continue;
		try {
			rmSync(join(home, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
		} catch {
			// A folder that cannot be deleted now causes no harm.
		}
	}
}

/**
 * Creates the files of a cluster with initdb. The locale C.UTF-8, which is built into Postgres, knows the letters of
 * every script on every system. The extension pg_trgm uses the operating system's locale instead, so a Unicode locale
 * is used if the system has one.
 */
function runInitdb(
	location: ClusterLocation,
	folder: string,
	passwordFile: string,
	isThrowaway: boolean,
): void {
	const common = ["-D", folder, "-U", DATABASE_USER, "-A", "scram-sha-256", `--pwfile=${passwordFile}`];
	const locale = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
	let problem = "";
	for (const letters of ["C.UTF-8", "en_US.UTF-8", "C"]) {
		const args = [...common, ...locale, `--lc-ctype=${letters}`, ...(isThrowaway ? ["--no-sync"] : [])];
		const result = spawnSync(programPath(location.binaries, "initdb"), args, {
			...spawnOptionsFor(location.account),
			encoding: "utf8",
		});
		if (result.status === 0) return;
		problem = result.error?.message ?? result.stderr.trim().split("\n").at(-1) ?? "";
		if (!/locale/.test(result.stderr ?? "")) break;
	}
	throw new EmbeddedDatabaseError(
		`The embedded Postgres could not prepare its data in ${location.home} (${problem}).`,
	);
}

function runProgram(
	location: ClusterLocation,
	name: "postgres" | "initdb",
	args: string[],
	input: string,
): void {
	const result = spawnSync(programPath(location.binaries, name), args, {
		...spawnOptionsFor(location.account),
		encoding: "utf8",
		input,
	});
	if (result.status === 0 && !/ERROR|FATAL/.test(result.stderr)) return;
	const problem = result.error?.message ?? /(ERROR|FATAL).*/.exec(result.stderr)?.[0] ?? "it ended early";
	throw new EmbeddedDatabaseError(
		`The embedded Postgres could not prepare its data in ${location.home} (${problem}).`,
	);
}

function requireMatchingVersion(folder: string, location: ClusterLocation): void {
	const made = readFileSync(join(folder, "PG_VERSION"), "utf8").trim();
	if (location.binaries.version.startsWith(`${made}.`)) return;
	throw new EmbeddedDatabaseError(
		`The data in ${folder} was made by Postgres ${made}, and this version of Mevi Chat has ` +
			`${location.binaries.version}; move it with pg_dump of Postgres ${made}, or set DATA_DIR to a new folder.`,
	);
}

function openLogFile(location: ClusterLocation): number {
	const file = join(location.home, LOG_FILE);
	if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
	return openSync(file, "a", 0o600);
}

function launchPostgres(
	location: ClusterLocation,
	port: number,
	log: number,
	isThrowaway: boolean,
): ChildProcess {
	const settings = [
		"listen_addresses=127.0.0.1",
		`port=${port}`,
		"unix_socket_directories=",
		`max_connections=${MAX_CONNECTIONS}`,
		"timezone=UTC",
		"log_timezone=UTC",
		...(isThrowaway ? THROWAWAY_SETTINGS : []),
	];
	const args = ["-D", clusterDirectory(location.home), ...settings.flatMap((setting) => ["-c", setting])];
	const child = spawn(programPath(location.binaries, "postgres"), args, {
		...spawnOptionsFor(location.account),
		stdio: ["ignore", log, log],
	});
	// Without an error listener, a failed start of Postgres would throw in this process; `waitUntilReady` reports the
	// failure.
	child.on("error", () => {});
	return child;
}

async function waitUntilReady(child: ChildProcess, folder: string): Promise<ProcessIdentity | null> {
	const deadline = Date.now() + READY_TIMEOUT_MS;
	while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
		const postmaster = findPostmaster(folder);
		if (postmaster?.isReady && postmaster.pid === child.pid) return postmaster;
		if (Date.now() > deadline) {
			await stopPostmaster({ pid: child.pid, stamp: hashProcessStart(child.pid) ?? "" });
			return null;
		}
		await delay(20);
	}
	return null;
}

/** The newest error in the log file of Postgres, without its time and process number. */
function readLastFault(location: ClusterLocation): string {
	const lines = readFileSync(join(location.home, LOG_FILE), "utf8").trimEnd().split("\n").slice(-20);
	const problem = lines.filter((line) => /FATAL|PANIC|could not/.test(line)).at(-1) ?? lines.at(-1) ?? "";
	return problem.replace(/^.*?(FATAL|PANIC|LOG|WARNING):\s+/, "").trim() || "it ended at once";
}

/** A port on the loopback interface that is free now. */
function findFreePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}
