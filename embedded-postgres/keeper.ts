import { randomBytes } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type DirectoryClaim, tryClaimDirectory } from "./claim.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { EmbeddedDatabaseError } from "./errors.ts";
import {
	type Answer,
	announcementSchema,
	type Hello,
	helloSchema,
	type KeeperReport,
	keeperRecordPath,
	type RunningServer,
	readJsonLines,
	sendJsonLine,
} from "./keeper-protocol.ts";
import { type ClusterLocation, chooseLocation } from "./location.ts";
import { ownIdentity } from "./processes.ts";

/**
 * The keeper: a process that starts Postgres and stops it when the last client has gone. Clients are the processes that
 * use the database (`start`, `serve`, other commands, tests); each client holds a connection to the keeper. The
 * operating system ends that connection when the client ends, so a killed client leaves no Postgres running.
 *
 * Arguments: the data directory, and `throwaway` for a cluster that is deleted at the end.
 */
const dataDir = process.argv[2] ?? "";
const isThrowaway = process.argv[3] === "throwaway";

/**
 * Milliseconds in which the process that started the keeper connects, after the report `ready`. If no client connects,
 * the keeper ends.
 */
const FIRST_CLIENT_TIMEOUT_MS = 5_000;
/**
 * Milliseconds for which the keeper waits after a stop signal: a system that shuts down signals all processes at once,
 * and the clients need this time to finish.
 */
const SHUTDOWN_DELAY_MS = 10_000;

const clients = new Map<Socket, Hello>();
let startRoleHolder: { socket: Socket; about: RunningServer } | null = null;
let ending: Promise<void> | null = null;

async function main(): Promise<void> {
	const claim = tryClaimDirectory(join(dataDir, "keeper"));
	if (claim === null) return reportToParent({ kind: "taken" });
	try {
		const location = await chooseLocation(dataDir);
		const cluster = await startCluster(location, isThrowaway);
		await serveClients(location, cluster, claim);
		reportToParent({ kind: "ready" });
	} catch (error) {
		claim.release();
		if (!(error instanceof EmbeddedDatabaseError)) throw error;
		reportToParent({ kind: "failed", message: error.message });
	}
}

async function serveClients(
	location: ClusterLocation,
	cluster: Cluster,
	claim: DirectoryClaim,
): Promise<void> {
	const token = randomBytes(24).toString("base64url");
	const end = () => {
		ending ??= shutDown();
	};
	const shutDown = async () => {
		rmSync(keeperRecordPath(dataDir), { force: true });
		server.close();
		await cluster.stop();
		if (isThrowaway) {
			if (location.isElsewhere) rmSync(location.home, { recursive: true, force: true });
			rmSync(dataDir, { recursive: true, force: true });
		}
		claim.release();
		process.exit(0);
	};
	const removeClient = (socket: Socket) => {
		if (!clients.delete(socket)) return;
		if (startRoleHolder?.socket === socket) startRoleHolder = null;
		// The keeper closes the last client's connection only after Postgres has stopped.
		if (clients.size === 0) end();
		else socket.end();
	};
	const server = createServer({ allowHalfOpen: true }, (socket) => {
		socket.on("error", () => removeClient(socket));
		socket.on("end", () => (clients.has(socket) ? removeClient(socket) : socket.end()));
		socket.on("close", () => removeClient(socket));
		readJsonLines(socket, (line) => {
			if (clients.has(socket)) return storeAddress(socket, line);
			const asked = helloSchema.safeParse(line);
			if (!asked.success || asked.data.token !== token) return void socket.destroy();
			sendJsonLine(socket, answerHello(socket, asked.data));
		});
	});
	const answerHello = (socket: Socket, asked: Hello): Answer => {
		if (asked.role === "look")
			return startRoleHolder ? { kind: "held", by: startRoleHolder.about } : { kind: "free" };
		if (asked.role === "start") {
			if (startRoleHolder) return { kind: "held", by: startRoleHolder.about };
			startRoleHolder = { socket, about: { pid: asked.pid, address: null } };
		}
		clients.set(socket, asked);
		return { kind: "welcome", url: cluster.url, home: location.home, isElsewhere: location.isElsewhere };
	};
	const port = await new Promise<number>((resolve, reject) => {
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
	});
	const unfinished = `${keeperRecordPath(dataDir)}.new`;
	writeFileSync(unfinished, JSON.stringify({ ...ownIdentity(), port, token }), { mode: 0o600 });
	renameSync(unfinished, keeperRecordPath(dataDir));

	setTimeout(() => clients.size === 0 && end(), FIRST_CLIENT_TIMEOUT_MS);
	process.on("SIGHUP", () => {});
	for (const name of ["SIGINT", "SIGTERM"] as const) {
		process.on(name, () => setTimeout(end, clients.size === 0 ? 0 : SHUTDOWN_DELAY_MS));
	}
	void cluster.ended.then(() => {
		if (ending) return;
		// Postgres ended by itself. The keeper ends too, and its clients notice the end of their connections.
		rmSync(keeperRecordPath(dataDir), { force: true });
		claim.release();
		process.exit(1);
	});
}

function storeAddress(socket: Socket, line: unknown): void {
	const parsed = announcementSchema.safeParse(line);
	if (parsed.success && startRoleHolder?.socket === socket)
		startRoleHolder.about.address = parsed.data.address;
}

function reportToParent(what: KeeperReport): void {
	if (!process.connected) return;
	process.send?.(what, undefined, undefined, () => process.connected && process.disconnect());
}

await main();
