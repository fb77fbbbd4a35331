import { spawn } from "node:child_process";
import { closeSync, openSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { EmbeddedError } from "./errors.ts";
import {
	type Answer,
	answer,
	type Hello,
	type Holder,
	type KeeperReport,
	onLine,
	readKeeperRecord,
	sendLine,
} from "./keeper-protocol.ts";
import { stopLeftover } from "./leftover.ts";
import { clusterOf, prepareDataDirectory } from "./location.ts";
import { isRunning } from "./processes.ts";

export { type Claim, tryClaim } from "./claim.ts";
export { EmbeddedError } from "./errors.ts";
export type { Holder } from "./keeper-protocol.ts";
export { prepareDataDirectory } from "./location.ts";

/** The embedded database, held open until `close`. */
export interface EmbeddedDatabase {
	/** postgres://… with the password. */
	url: string;
	/** Folder of the cluster and its log. */
	home: string;
	/** Whether that is outside the data directory, because Postgres's user cannot reach it. */
	isElsewhere: boolean;
	/** Tells the next `start` on this data directory where we serve. */
	announce(address: string): void;
	/** Calls back when the database goes away without `close`. */
	onLost(tell: () => void): void;
	/** Lets go. When we were the last, resolves after Postgres has stopped. */
	close(): Promise<void>;
}

export interface OpenOptions {
	dataDir: string;
	/** `start` is exclusive: the server that owns the data directory. */
	role: "start" | "guest";
	/** No fsync, and the data directory is deleted at the end. */
	isThrowaway?: boolean;
}

const ANSWER_MS = 5_000;
/** A keeper that is ending needs as long as Postgres needs to stop; one that starts may have to recover. */
const PATIENCE_MS = 150_000;
const RETRY_MS = 100;

/** Thrown by `openEmbedded` for role `start` when another one holds the data directory. */
export class AlreadyRunningError extends EmbeddedError {
	constructor(dataDir: string, by: Holder) {
		const where = by.address ? `process ${by.pid}, ${by.address}` : `process ${by.pid}`;
		super(
			`Mevi Chat is already running on ${dataDir} (${where}); ` +
				"stop it first, or set DATA_DIR and PORT to run a second one.",
		);
	}
}

/**
 * Attaches to the Postgres of a data directory, starting it when it is not running.
 * @throws AlreadyRunningError, EmbeddedError, each with one sentence for a person.
 */
export async function openEmbedded({ dataDir, role, isThrowaway }: OpenOptions): Promise<EmbeddedDatabase> {
	prepareDataDirectory(dataDir, isThrowaway);
	const folder = realpathSync(dataDir);
	const deadline = Date.now() + PATIENCE_MS;
	for (;;) {
		const reached = await greet(folder, role);
		if (reached?.answer.kind === "welcome") return hold(reached.socket, reached.answer);
		if (reached?.answer.kind === "held") {
			reached.socket.destroy();
			throw new AlreadyRunningError(folder, reached.answer.by);
		}
		const report = await startKeeper(folder, isThrowaway ?? false);
		if (report.kind === "failed") throw new EmbeddedError(report.message);
		if (report.kind === "ready") continue;
		if (Date.now() > deadline) {
			throw new EmbeddedError(
				`Another process holds ${folder} and does not answer; end it, or set DATA_DIR to another folder.`,
			);
		}
		// Not always the same pause, for two contenders may have made each other step back.
		await delay(RETRY_MS * (0.5 + Math.random()));
	}
}

/** Who is serving on a data directory, or null; changes nothing and starts nothing. */
export async function findHolder(dataDir: string): Promise<Holder | null> {
	const reached = await greet(dataDir, "look");
	reached?.socket.destroy();
	return reached?.answer.kind === "held" ? reached.answer.by : null;
}

async function greet(
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
		const timer = setTimeout(giveUp, ANSWER_MS);
		socket.once("error", giveUp);
		socket.once("end", giveUp);
		socket.once("connect", () => {
			sendLine(socket, { token: record.token, role, pid: process.pid } satisfies Hello);
		});
		onLine(socket, (line) => {
			const parsed = answer.safeParse(line);
			if (!parsed.success) return giveUp();
			clearTimeout(timer);
			socket.removeAllListeners("error").removeAllListeners("end").removeAllListeners("data");
			resolve({ socket, answer: parsed.data });
		});
	});
}

function hold(socket: Socket, welcome: Answer & { kind: "welcome" }): EmbeddedDatabase {
	let isClosing = false;
	let tell: (() => void) | undefined;
	const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
	socket.on("error", () => {});
	socket.on("end", () => socket.end());
	// A connection nobody listens to never hears its end.
	socket.resume();
	socket.once("close", () => {
		if (isClosing) return;
		// The keeper was killed, and perhaps not its Postgres, which nobody would stop any more.
		void stopLeftover(clusterOf(welcome.home)).finally(() => tell?.());
	});
	return {
		url: welcome.url,
		home: welcome.home,
		isElsewhere: welcome.isElsewhere,
		announce: (address) => sendLine(socket, { address }),
		onLost: (callback) => {
			tell = callback;
		},
		async close() {
			isClosing = true;
			socket.end();
			await closed;
		},
	};
}

/** Starts a keeper as a process of its own that outlives us, and waits for its word. */
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
			// From here on it lives by its own rules, and must not keep us from ending.
			child.unref();
			resolve(report);
		});
		const fail = () =>
			resolve({ kind: "failed", message: `The keeper of the database ended at once; its log is ${log}.` });
		child.once("error", fail);
		child.once("exit", fail);
	});
}
