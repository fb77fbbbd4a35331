import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { withDeadline } from "#app/realtime/bus/kept-connection.server.ts";
import postgres from "#db/driver.ts";
import { migrate } from "#db/migrate.ts";
import { programPath } from "#embedded-postgres/binaries.ts";
import { startCluster } from "#embedded-postgres/cluster.ts";
import {
	type ClusterLocation,
	chooseLocation,
	clusterDirectory,
	prepareDataDirectory,
	spawnOptionsFor,
} from "#embedded-postgres/location.ts";
import { trackProcess } from "./bounded.ts";

const READY_TIMEOUT_MS = 60_000;
const RETRY_DELAY_MS = 50;
/** Timeout of an SQL statement, in milliseconds: long enough for a result with every event of a run. */
const STATEMENT_TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 5;

/**
 * The Postgres of one run, which the run crashes and freezes. It uses fsync, so that acknowledged messages are on the
 * disk.
 */
export type ChaosPostgres = {
	url: string;
	port: number;
	/** Ends Postgres as a crash does (SIGQUIT), and starts it again on the same port after `downMs`. */
	crash(downMs: number): Promise<void>;
	/** Suspends all processes of Postgres (SIGSTOP) for `forMs`: connections stay open, and no query is answered. */
	freeze(forMs: number): Promise<void>;
	/**
	 * Terminates the Postgres backends whose application name matches a pattern of SQL LIKE. @returns the number of
	 * terminated backends.
	 */
	terminate(applicationName: string): Promise<number>;
	/**
	 * Runs `work` with its own database connection, and again with another connection if `work` fails or takes too
	 * long.
	 */
	runStatement<Result>(work: (sql: postgres.Sql) => Promise<Result>): Promise<Result>;
	/** Stops Postgres, also while it is suspended, and deletes its files. */
	remove(): Promise<void>;
};

/** Starts a Postgres with a migrated database in a new temporary folder. */
export async function startChaosPostgres(): Promise<ChaosPostgres> {
	const dataDir = mkdtempSync(join(tmpdir(), "mevi-chaos-"));
	prepareDataDirectory(dataDir, true);
	const location = await chooseLocation(dataDir);
	// `startCluster` creates the database cluster. This file starts Postgres later, because the port must stay the same
	// after a crash.
	const first = await startCluster(location, false);
	const { url } = first;
	await migrate(url);
	await first.stop();
	const port = Number(new URL(url).port);
	let child = launchPostgres(location, port);
	let frozen: number[] = [];
	await waitUntilReady(url);

	const runStatement: ChaosPostgres["runStatement"] = async (work) => {
		for (let tries = 1; ; tries += 1) {
			const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 5 });
			try {
				return await withDeadline(work(sql), STATEMENT_TIMEOUT_MS);
			} catch (error) {
				if (tries === MAX_ATTEMPTS) throw error;
			} finally {
				void sql.end({ timeout: 1 }).catch(() => {});
			}
		}
	};
	function thaw() {
		for (const pid of frozen) sendSignal(pid, "SIGCONT");
		frozen = [];
	}

	return {
		url,
		port,
		async crash(downMs) {
			await stopProcess(child, "SIGQUIT");
			await delay(downMs);
			child = launchPostgres(location, port);
			await waitUntilReady(url);
		},
		async freeze(forMs) {
			const pids = await runStatement((sql) => sql<{ pid: number }[]>`select pid from pg_stat_activity`);
			frozen = [child.pid ?? 0, ...pids.map(({ pid }) => pid)].filter((pid) => pid > 0);
			for (const pid of frozen) sendSignal(pid, "SIGSTOP");
			await delay(forMs);
			thaw();
			await waitUntilReady(url);
		},
		async terminate(applicationName) {
			const rows = await runStatement(
				(sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity
					where application_name like ${applicationName} and pid <> pg_backend_pid()`,
			);
			return rows.length;
		},
		runStatement,
		async remove() {
			thaw();
			await stopProcess(child, "SIGQUIT");
			rmSync(dataDir, { recursive: true, force: true });
			if (location.isElsewhere) rmSync(location.home, { recursive: true, force: true });
		},
	};
}

function launchPostgres(location: ClusterLocation, port: number): ChildProcess {
	const settings = [
		"listen_addresses=127.0.0.1",
		`port=${port}`,
		"unix_socket_directories=",
		"max_connections=200",
		"timezone=UTC",
	];
	const args = ["-D", clusterDirectory(location.home), ...settings.flatMap((setting) => ["-c", setting])];
	const child = trackProcess(
		spawn(programPath(location.binaries, "postgres"), args, {
			...spawnOptionsFor(location.account),
			stdio: "ignore",
		}),
	);
	child.on("error", () => {});
	return child;
}

async function stopProcess(child: ChildProcess, how: NodeJS.Signals): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = new Promise((resolve) => child.once("exit", resolve));
	child.kill(how);
	const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
	await gone;
	clearTimeout(timer);
}

async function waitUntilReady(url: string): Promise<void> {
	const deadline = Date.now() + READY_TIMEOUT_MS;
	for (;;) {
		const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 2 });
		try {
			await sql`select 1`;
			return;
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await delay(RETRY_DELAY_MS);
		} finally {
			await sql.end({ timeout: 0 }).catch(() => {});
		}
	}
}

function sendSignal(pid: number, name: NodeJS.Signals): void {
	try {
		process.kill(pid, name);
	} catch {
		// The process has ended meanwhile.
	}
}
