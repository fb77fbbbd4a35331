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
import { program } from "./binaries.ts";
import { EmbeddedError } from "./errors.ts";
import { postmasterOf, stopLeftover, stopPostmaster } from "./leftover.ts";
import { asAccount, clusterOf, type Place } from "./location.ts";
import { type ProcessMark, stampOf } from "./processes.ts";

/** A Postgres that takes connections. */
export interface Cluster {
	/** postgres://… of the database `mevi`, with its password. */
	url: string;
	postmaster: ProcessMark;
	/** Resolves when Postgres is gone, for whatever reason. */
	ended: Promise<void>;
	stop(): Promise<void>;
}

const USER = "mevi";
const DATABASE = "mevi";
const PASSWORD_FILE = "database-password";
const LOG_FILE = "postgres.log";
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const MAX_CONNECTIONS = 200;
/** Recovery after a crash reads the write-ahead log, at most about a gigabyte of it by default. */
const READY_MS = 120_000;
const START_TRIES = 20;
const BETWEEN_TRIES_MS = 500;
/** Nothing in a throw-away cluster has to survive a power cut. */
const THROWAWAY = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB"];

/**
 * Creates the cluster where there is none, and starts it on loopback, on a free port. The caller holds the
 * claim on the data directory.
 * @throws EmbeddedError with one sentence for a person.
 */
export async function startCluster(place: Place, isThrowaway: boolean): Promise<Cluster> {
	const folder = clusterOf(place.home);
	if (existsSync(folder)) {
		await stopLeftover(folder);
		checkVersion(folder, place);
	} else {
		createCluster(place, isThrowaway);
	}
	const log = openLog(place);
	for (let tries = 1; ; tries++) {
		const port = await freePort();
		const child = launch(place, port, log, isThrowaway);
		const postmaster = await untilReady(child, folder);
		if (postmaster !== null) return running(child, postmaster, place, port, isThrowaway);
		const fault = lastFault(place);
		// The port was taken in between, or a killed server's last processes still hold its memory.
		const mayPass = /could not bind|could not create any TCP|still in use|lock file/.test(fault);
		if (!mayPass || tries === START_TRIES) {
			throw new EmbeddedError(
				`The embedded Postgres did not start (${fault}); its log is ${join(place.home, LOG_FILE)}.`,
			);
		}
		await delay(BETWEEN_TRIES_MS);
		await stopLeftover(folder);
	}
}

function running(
	child: ChildProcess,
	postmaster: ProcessMark,
	place: Place,
	port: number,
	isThrowaway: boolean,
): Cluster {
	const password = readFileSync(join(place.home, PASSWORD_FILE), "utf8").trim();
	return {
		url: `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`,
		postmaster,
		ended: new Promise((resolve) => {
			if (child.exitCode !== null || child.signalCode !== null) resolve();
			else child.once("exit", () => resolve());
		}),
		stop: () => stopPostmaster(postmaster, isThrowaway),
	};
}

/**
 * Makes a new cluster in a folder of its own and moves it to its place when complete: an interrupted first
 * start leaves only rubbish that the next one sweeps away.
 */
function createCluster(place: Place, isThrowaway: boolean): void {
	sweepUnfinished(place.home);
	const workshop = mkdtempSync(join(place.home, "creating-"));
	chmodSync(workshop, 0o711);
	const password = randomBytes(24).toString("base64url");
	const passwordFile = join(workshop, "password");
	const folder = join(workshop, "data");
	mkdirSync(folder, { mode: 0o700 });
	writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
	if (place.account) {
		for (const path of [folder, passwordFile]) chownSync(path, place.account.uid, place.account.gid);
	}
	initialise(place, folder, passwordFile, isThrowaway);
	run(place, "postgres", ["--single", "-D", folder, "postgres"], `CREATE DATABASE ${DATABASE};\n`);
	writeFileSync(join(place.home, PASSWORD_FILE), `${password}\n`, { mode: 0o600 });
	renameSync(folder, clusterOf(place.home));
	rmSync(workshop, { recursive: true, force: true });
}

/** An initdb whose keeper was killed may still be writing for a moment; what stays is swept the next time. */
function sweepUnfinished(home: string): void {
	for (const name of readdirSync(home)) {
		if (!/^(creating|copying)-/.test(name)) continue;
		try {
			rmSync(join(home, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
		} catch {
			// Not in the way of anything.
		}
	}
}

/**
 * Postgres's own C.UTF-8 knows the letters of every script on every system. The system's locale still decides
 * what a letter is for pg_trgm, so a Unicode one is taken where there is one.
 */
function initialise(place: Place, folder: string, passwordFile: string, isThrowaway: boolean): void {
	const common = ["-D", folder, "-U", USER, "-A", "scram-sha-256", `--pwfile=${passwordFile}`];
	const locale = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
	let fault = "";
	for (const letters of ["C.UTF-8", "en_US.UTF-8", "C"]) {
		const args = [...common, ...locale, `--lc-ctype=${letters}`, ...(isThrowaway ? ["--no-sync"] : [])];
		const result = spawnSync(program(place.binaries, "initdb"), args, {
			...asAccount(place.account),
			encoding: "utf8",
		});
		if (result.status === 0) return;
		fault = result.error?.message ?? result.stderr.trim().split("\n").at(-1) ?? "";
		if (!/locale/.test(result.stderr ?? "")) break;
	}
	throw new EmbeddedError(`The embedded Postgres could not prepare its data in ${place.home} (${fault}).`);
}

function run(place: Place, name: "postgres" | "initdb", args: string[], input: string): void {
	const result = spawnSync(program(place.binaries, name), args, {
		...asAccount(place.account),
		encoding: "utf8",
		input,
	});
	if (result.status === 0 && !/ERROR|FATAL/.test(result.stderr)) return;
	const fault = result.error?.message ?? /(ERROR|FATAL).*/.exec(result.stderr)?.[0] ?? "it ended early";
	throw new EmbeddedError(`The embedded Postgres could not prepare its data in ${place.home} (${fault}).`);
}

function checkVersion(folder: string, place: Place): void {
	const made = readFileSync(join(folder, "PG_VERSION"), "utf8").trim();
	if (place.binaries.version.startsWith(`${made}.`)) return;
	throw new EmbeddedError(
		`The data in ${folder} was made by Postgres ${made}, and this version of Mevi Chat brings ` +
			`${place.binaries.version}; move it over with pg_dump of Postgres ${made}, or set DATA_DIR to begin anew.`,
	);
}

function openLog(place: Place): number {
	const file = join(place.home, LOG_FILE);
	if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
	return openSync(file, "a", 0o600);
}

function launch(place: Place, port: number, log: number, isThrowaway: boolean): ChildProcess {
	const settings = [
		"listen_addresses=127.0.0.1",
		`port=${port}`,
		"unix_socket_directories=",
		`max_connections=${MAX_CONNECTIONS}`,
		"timezone=UTC",
		"log_timezone=UTC",
		...(isThrowaway ? THROWAWAY : []),
	];
	const args = ["-D", clusterOf(place.home), ...settings.flatMap((setting) => ["-c", setting])];
	const child = spawn(program(place.binaries, "postgres"), args, {
		...asAccount(place.account),
		stdio: ["ignore", log, log],
	});
	// Without a listener a failing start would be thrown at the process; untilReady sees it as an early end.
	child.on("error", () => {});
	return child;
}

async function untilReady(child: ChildProcess, folder: string): Promise<ProcessMark | null> {
	const deadline = Date.now() + READY_MS;
	while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
		const postmaster = postmasterOf(folder);
		if (postmaster?.isReady && postmaster.pid === child.pid) return postmaster;
		if (Date.now() > deadline) {
			await stopPostmaster({ pid: child.pid, stamp: stampOf(child.pid) ?? "" });
			return null;
		}
		await delay(20);
	}
	return null;
}

/** The newest complaint in the log, without its time and process number. */
function lastFault(place: Place): string {
	const lines = readFileSync(join(place.home, LOG_FILE), "utf8").trimEnd().split("\n").slice(-20);
	const fault = lines.filter((line) => /FATAL|PANIC|could not/.test(line)).at(-1) ?? lines.at(-1) ?? "";
	return fault.replace(/^.*?(FATAL|PANIC|LOG|WARNING):\s+/, "").trim() || "it ended at once";
}

/** A port on loopback that was free a moment ago. */
function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const { port } = server.address() as { port: number };
			server.close(() => resolve(port));
		});
	});
}
