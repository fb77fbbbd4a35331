import { spawn } from "node:child_process";
import { closeSync, openSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { EmbeddedDatabaseError } from "./errors.ts";
import {
	type Answer,
	answerSchema,
	type Hello,
	type KeeperReport,
	type RunningServer,
	readJsonLines,
	readKeeperRecord,
	sendJsonLine,
} from "./keeper-protocol.ts";
import { stopLeftoverPostgres } from "./leftover.ts";
import { clusterDirectory, prepareDataDirectory } from "./location.ts";
import { isRunning } from "./processes.ts";

export { type DirectoryClaim, tryClaimDirectory } from "./claim.ts";
export { EmbeddedDatabaseError } from "./errors.ts";
export type { RunningServer } from "./keeper-protocol.ts";
export { prepareDataDirectory } from "./location.ts";

/** An opened embedded database. Its Postgres runs at least until `close`. */
export interface EmbeddedDatabase {
	/** The database URL postgres://…, with the password. */
	url: string;
	/** Folder of the Postgres cluster and its log file. */
	home: string;
	/**
	 * Whether `home` is outside the data directory, because the system user of Postgres cannot reach the data directory.
	 */
	isElsewhere: boolean;
	/** Stores the server's URL, so that the error of a second `npm start` on this data directory can name the URL. */
	announce(address: string): void;
	/** Registers a function that is called when the database ends without `close`. */
	onLost(callback: () => void): void;
	/**
	 * Closes this process's use of the database. If no other process uses the database, the promise resolves after
	 * Postgres has stopped.
	 */
	close(): Promise<void>;
}

export interface OpenOptions {
	dataDir: string;
	/** `start` is the exclusive role of the server that owns the data directory; `guest` is for all other processes. */
	role: "start" | "guest";
	/** Whether Postgres runs without fsync and the data directory is deleted at the end. */
	isThrowaway?: boolean;
}

const KEEPER_ANSWER_TIMEOUT_MS = 5_000;
/**
 * Milliseconds for opening the database. Another process may first have to stop Postgres, which then writes everything
 * to disk; starting may include recovery after a crash.
 */
const OPEN_TIMEOUT_MS = 150_000;
const RETRY_DELAY_MS = 100;

/** Thrown by `openEmbeddedDatabase` for the role `start` when another process has that role on the data directory. */
export class AlreadyRunningError extends EmbeddedDatabaseError {
	constructor(dataDir: string, by: RunningServer) {
		const where = by.address ? `process ${by.pid}, ${by.address}` : `process ${by.pid}`;
		super(
			`Mevi Chat is already running on ${dataDir} (${where}); ` +
				"stop it first, or set DATA_DIR and PORT to run a second one.",
		);
	}
}

/**
 * Opens the Postgres of a data directory, and starts Postgres if it is not running.
 * @throws AlreadyRunningError, EmbeddedDatabaseError; the message is one sentence for the user.
 */
export async function openEmbeddedDatabase({
	dataDir,
	role,
	isThrowaway,
}: OpenOptions): Promise<EmbeddedDatabase> {
	prepareDataDirectory(dataDir, isThrowaway);
	const folder = realpathSync(dataDir);
	const deadline = Date.now() + OPEN_TIMEOUT_MS;
	for (;;) {
		const reached = await askKeeper(folder, role);
		if (reached?.answer.kind === "welcome") return describeDatabase(reached.socket, reached.answer);
		if (reached?.answer.kind === "held") {
			reached.socket.destroy();
			throw new AlreadyRunningError(folder, reached.answer.by);
		}
		const report = await startKeeper(folder, isThrowaway ?? false);
		if (report.kind === "failed") throw new EmbeddedDatabaseError(report.message);
		if (report.kind === "ready") continue;
		if (Date.now() > deadline) {
			throw new EmbeddedDatabaseError(
				`Another process holds ${folder} and does not answer; end it, or set DATA_DIR to another folder.`,
			);
		}
		// The pause before the retry is random, because two processes that start together may both have given up their
		// claim.
		await delay(RETRY_DELAY_MS * (0.5 + Math.random()));
	}
}

/** The process with the role `start` on a data directory, or null. This look-up changes nothing and starts nothing. */
export async function findRunningServer(dataDir: string): Promise<RunningServer | null> {
	const reached = await askKeeper(dataDir, "look");
	reached?.socket.destroy();
	return reached?.answer.kind === "held" ? reached.answer.by : null;
}

async function askKeeper(
	dataDir: string,
	role: Hello["role"],
): Promise<{ socket: Socket; answer: Answer } | null> {
	const record = readKeeperRecord(dataDir);
	if (record === null || !isRunning(record)) return null;
	return new Promise((resolve) => {
		const socket = connect({ port: record.port, host: "127.0.0.1", allowHalfOpen: true });
		const giveUp = () => {
			clearTimeout(timer);
			socket.destroy();
			resolve(null);
		};
		const timer = setTimeout(giveUp, KEEPER_ANSWER_TIMEOUT_MS);
		socket.once("error", giveUp);
		socket.once("end", giveUp);
		socket.once("connect", () => {
			sendJsonLine(socket, { token: record.token, role, pid: process.pid } satisfies Hello);
		});
		readJsonLines(socket, (line) => {
			const parsed = answerSchema.safeParse(line);
			if (!parsed.success) return giveUp();
			clearTimeout(timer);
			socket.removeAllListeners("error").removeAllListeners("end").removeAllListeners("data");
			resolve({ socket, answer: parsed.data });
		});
	});
}

function describeDatabase(socket: Socket, welcome: Answer & { kind: "welcome" }): EmbeddedDatabase {
	let isClosing = false;
	let notifyLost: (() => void) | undefined;
	const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
	socket.on("error", () => {});
	socket.on("end", () => socket.end());
	// Without `resume` the socket is not read, and the end of the connection is not noticed.
	socket.resume();
	socket.once("close", () => {
		if (isClosing) return;
		// The keeper process was killed. If its Postgres still runs, only this process can stop it.
		void stopLeftoverPostgres(clusterDirectory(welcome.home)).finally(() => notifyLost?.());
	});
	return {
		url: welcome.url,
		home: welcome.home,
		isElsewhere: welcome.isElsewhere,
		announce: (address) => sendJsonLine(socket, { address }),
		onLost: (callback) => {
			notifyLost = callback;
		},
		async close() {
			isClosing = true;
			socket.end();
			await closed;
		},
	};
}

/** Starts the keeper as a detached process, which may outlive this process, and waits for the keeper's report. */
async function startKeeper(dataDir: string, isThrowaway: boolean): Promise<KeeperReport> {
	const log = join(dataDir, "keeper.log");
	const logFile = openSync(log, "w", 0o600);
	const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
	const script = fileURLToPath(new URL("./keeper.ts", import.meta.url));
	const child = spawn(
		process.execPath,
		["--import", tsx, script, dataDir, ...(isThrowaway ? ["throwaway"] : [])],
		{ detached: true, stdio: ["ignore", logFile, logFile, "ipc"], env: { ...process.env, NODE_OPTIONS: "" } },
	);
	closeSync(logFile);
	return new Promise((resolve) => {
		child.once("message", (report: KeeperReport) => {
			// The child process and its channel must not keep this process running.
			child.unref();
			resolve(report);
		});
		const fail = () =>
			resolve({ kind: "failed", message: `The keeper of the database ended at once; its log is ${log}.` });
		child.once("error", fail);
		child.once("exit", fail);
	});
}
