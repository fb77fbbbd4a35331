import { randomBytes } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type Claim, tryClaim } from "./claim.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { EmbeddedError } from "./errors.ts";
import {
	type Answer,
	announcement,
	type Hello,
	type Holder,
	hello,
	type KeeperReport,
	keeperFile,
	onLine,
	sendLine,
} from "./keeper-protocol.ts";
import { choosePlace, type Place } from "./location.ts";
import { ownMark } from "./processes.ts";

/**
 * The process that runs Postgres, apart from everyone who uses it: `start`, `serve` and the small commands
 * each hold a connection to it, and with the last of them Postgres goes too. A connection ends with its
 * process, however that ended, so nothing that is killed leaves a database behind.
 *
 * Arguments: the data directory, and `throwaway` for a cluster whose folder is deleted at the end.
 */
const dataDir = process.argv[2] ?? "";
const isThrowaway = process.argv[3] === "throwaway";

/** The process that started us connects as soon as it hears we are ready; if it does not, it is gone. */
const FIRST_GUEST_MS = 5_000;
/** A system that shuts down signals everyone at once; those who use the database finish first. */
const FAREWELL_MS = 10_000;

const guests = new Map<Socket, Hello>();
let holder: { socket: Socket; about: Holder } | null = null;
let ending: Promise<void> | null = null;

async function main(): Promise<void> {
	const claim = tryClaim(join(dataDir, "keeper"));
	if (claim === null) return report({ kind: "taken" });
	try {
		const place = await choosePlace(dataDir);
		const cluster = await startCluster(place, isThrowaway);
		await receiveGuests(place, cluster, claim);
		report({ kind: "ready" });
	} catch (error) {
		claim.release();
		if (!(error instanceof EmbeddedError)) throw error;
		report({ kind: "failed", message: error.message });
	}
}

async function receiveGuests(place: Place, cluster: Cluster, claim: Claim): Promise<void> {
	const token = randomBytes(24).toString("base64url");
	const end = () => {
		ending ??= shutDown();
	};
	const shutDown = async () => {
		rmSync(keeperFile(dataDir), { force: true });
		server.close();
		await cluster.stop();
		if (isThrowaway) {
			if (place.isElsewhere) rmSync(place.home, { recursive: true, force: true });
			rmSync(dataDir, { recursive: true, force: true });
		}
		claim.release();
		process.exit(0);
	};
	const leave = (socket: Socket) => {
		if (!guests.delete(socket)) return;
		if (holder?.socket === socket) holder = null;
		// The last one hears the end of its connection when Postgres has stopped.
		if (guests.size === 0) end();
		else socket.end();
	};
	const server = createServer({ allowHalfOpen: true }, (socket) => {
		socket.on("error", () => leave(socket));
		socket.on("end", () => (guests.has(socket) ? leave(socket) : socket.end()));
		socket.on("close", () => leave(socket));
		onLine(socket, (line) => {
			if (guests.has(socket)) return noteAddress(socket, line);
			const asked = hello.safeParse(line);
			if (!asked.success || asked.data.token !== token) return void socket.destroy();
			sendLine(socket, receive(socket, asked.data));
		});
	});
	const receive = (socket: Socket, asked: Hello): Answer => {
		if (asked.role === "look") return holder ? { kind: "held", by: holder.about } : { kind: "free" };
		if (asked.role === "start") {
			if (holder) return { kind: "held", by: holder.about };
			holder = { socket, about: { pid: asked.pid, address: null } };
		}
		guests.set(socket, asked);
		return { kind: "welcome", url: cluster.url, home: place.home, isElsewhere: place.isElsewhere };
	};
	const port = await new Promise<number>((resolve, reject) => {
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
	});
	const unfinished = `${keeperFile(dataDir)}.new`;
	writeFileSync(unfinished, JSON.stringify({ ...ownMark(), port, token }), { mode: 0o600 });
	renameSync(unfinished, keeperFile(dataDir));

	setTimeout(() => guests.size === 0 && end(), FIRST_GUEST_MS);
	process.on("SIGHUP", () => {});
	for (const name of ["SIGINT", "SIGTERM"] as const) {
		process.on(name, () => setTimeout(end, guests.size === 0 ? 0 : FAREWELL_MS));
	}
	void cluster.ended.then(() => {
		if (ending) return;
		// Postgres died on its own: whoever uses it hears it from the end of the connection.
		rmSync(keeperFile(dataDir), { force: true });
		claim.release();
		process.exit(1);
	});
}

function noteAddress(socket: Socket, line: unknown): void {
	const said = announcement.safeParse(line);
	if (said.success && holder?.socket === socket) holder.about.address = said.data.address;
}

function report(what: KeeperReport): void {
	if (!process.connected) return;
	process.send?.(what, undefined, undefined, () => process.connected && process.disconnect());
}

await main();
