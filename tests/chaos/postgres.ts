import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { withDeadline } from "#app/realtime/bus/kept-connection.server.ts";
import postgres from "#db/driver.ts";
import { migrate } from "#db/migrate.ts";
import { program } from "#embedded-postgres/binaries.ts";
import { startCluster } from "#embedded-postgres/cluster.ts";
import {
	asAccount,
	choosePlace,
	clusterOf,
	type Place,
	prepareDataDirectory,
} from "#embedded-postgres/location.ts";
import { track } from "./bounded.ts";

const READY_MS = 60_000;
const RETRY_MS = 50;
/** The longest answer is every event of a run. */
const ASK_LIMIT_MS = 10_000;
const ASKS = 5;

/** A Postgres of the run's own, that may be broken at will. What it has acknowledged is on the disk. */
export type ChaosPostgres = {
	url: string;
	port: number;
	/** Ends it as a crash would (SIGQUIT), and starts it again on the same port after `downMs`. */
	crash(downMs: number): Promise<void>;
	/** Stops every process of it (SIGSTOP) for so long: connections stay open and nothing answers. */
	freeze(forMs: number): Promise<void>;
	/** Ends backends whose application name is like this. @returns how many. */
	terminate(applicationName: string): Promise<number>;
	/** Runs one piece of work with a connection of its own; again with another when it does not answer in time. */
	ask<Result>(work: (sql: postgres.Sql) => Promise<Result>): Promise<Result>;
	/** Stops it and removes its files; also while it is frozen. */
	remove(): Promise<void>;
};

/** Makes a migrated database in a folder of its own under the system's temporary one. */
export async function startChaosPostgres(): Promise<ChaosPostgres> {
	const dataDir = mkdtempSync(join(tmpdir(), "mevi-chaos-"));
	prepareDataDirectory(dataDir, true);
	const place = await choosePlace(dataDir);
	// Our own start makes the cluster; from then on it is kept here, since its port must outlive a crash.
	const first = await startCluster(place, false);
	const { url } = first;
	await migrate(url);
	await first.stop();
	const port = Number(new URL(url).port);
	let child = launch(place, port);
	let frozen: number[] = [];
	await untilReady(url);

	// The driver as it is published, unlike the servers' (decision 010), has queries that never settle.
	const ask: ChaosPostgres["ask"] = async (work) => {
		for (let tries = 1; ; tries += 1) {
			const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 5 });
			try {
				return await withDeadline(work(sql), ASK_LIMIT_MS);
			} catch (error) {
				if (tries === ASKS) throw error;
			} finally {
				void sql.end({ timeout: 1 }).catch(() => {});
			}
		}
	};
	function thaw() {
		for (const pid of frozen) signal(pid, "SIGCONT");
		frozen = [];
	}

	return {
		url,
		port,
		async crash(downMs) {
			await end(child, "SIGQUIT");
			await delay(downMs);
			child = launch(place, port);
			await untilReady(url);
		},
		async freeze(forMs) {
			const pids = await ask((sql) => sql<{ pid: number }[]>`select pid from pg_stat_activity`);
			frozen = [child.pid ?? 0, ...pids.map(({ pid }) => pid)].filter((pid) => pid > 0);
			for (const pid of frozen) signal(pid, "SIGSTOP");
			await delay(forMs);
			thaw();
			await untilReady(url);
		},
		async terminate(applicationName) {
			const rows = await ask(
				(sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity
					where application_name like ${applicationName} and pid <> pg_backend_pid()`,
			);
			return rows.length;
		},
		ask,
		async remove() {
			thaw();
			await end(child, "SIGQUIT");
			rmSync(dataDir, { recursive: true, force: true });
			if (place.isElsewhere) rmSync(place.home, { recursive: true, force: true });
		},
	};
}

function launch(place: Place, port: number): ChildProcess {
	const settings = [
		"listen_addresses=127.0.0.1",
		`port=${port}`,
		"unix_socket_directories=",
		"max_connections=200",
		"timezone=UTC",
	];
	const args = ["-D", clusterOf(place.home), ...settings.flatMap((setting) => ["-c", setting])];
	const child = track(
		spawn(program(place.binaries, "postgres"), args, {
			...asAccount(place.account),
			stdio: "ignore",
		}),
	);
	child.on("error", () => {});
	return child;
}

async function end(child: ChildProcess, how: NodeJS.Signals): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = new Promise((resolve) => child.once("exit", resolve));
	child.kill(how);
	const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
	await gone;
	clearTimeout(timer);
}

async function untilReady(url: string): Promise<void> {
	const deadline = Date.now() + READY_MS;
	for (;;) {
		const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 2 });
		try {
			await sql`select 1`;
			return;
		} catch (error) {
			if (Date.now() > deadline) throw error;
			await delay(RETRY_MS);
		} finally {
			await sql.end({ timeout: 0 }).catch(() => {});
		}
	}
}

function signal(pid: number, name: NodeJS.Signals): void {
	try {
		process.kill(pid, name);
	} catch {
		// It ended meanwhile.
	}
}
