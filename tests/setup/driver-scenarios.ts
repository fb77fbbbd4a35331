import { connect as connectSocket, createServer, type Server, Socket } from "node:net";
import type { Sql } from "#db/driver.ts";

/**
 * Shows one fault of the Postgres driver: `driver-scenarios.ts DRIVER SCENARIO`. DRIVER is `changed` (our copy) or
 * `package` (as published). The program prints how the SQL statements ended, as JSON. It is a process of its own,
 * because the published driver ends the process in some scenarios.
 */

const HANG_TIMEOUT_MS = 3_000;
const [, , driverName = "", scenario = ""] = process.argv;
const DATABASE_URL = process.env.DATABASE_URL ?? "";

type Options = Record<string, unknown>;
const postgres: (url: string, options?: Options) => Sql =
	driverName === "changed" ? (await import("#db/driver.ts")).default : (await import("postgres")).default;

const connect = (url = DATABASE_URL, options: Options = {}) =>
	postgres(url, {
		max: 1,
		fetch_types: false,
		onnotice: () => {},
		backoff: () => 0.05,
		connect_timeout: 1,
		...options,
	});

/** A client for SQL statements about the scenario's connections. */
const observer = connect(DATABASE_URL, { connect_timeout: 10 });

/** How an SQL statement ended: "served", the code of its error, or "hung". */
async function describeOutcome(work: Promise<unknown>): Promise<string> {
	const hung = new Promise<string>((resolve) => setTimeout(resolve, HANG_TIMEOUT_MS, "hung"));
	const settled = work.then(
		() => "served",
		(error: { code?: string }) => error.code ?? String(error),
	);
	return Promise.race([settled, hung]);
}

async function listenOnLoopback(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	return typeof address === "object" && address ? address.port : 0;
}

type ProxyControl = {
	/** True when the proxy passes no bytes on. */
	isFrozen: boolean;
	/** Resets the proxy's newest connection (TCP RST). */
	reset?: () => void;
};

/**
 * Starts a TCP proxy in front of the database. It passes the bytes of each direction to `watch`.
 * @returns the database's URL through the proxy.
 */
async function startProxy(watch: (from: "client" | "server", bytes: Buffer) => void, control: ProxyControl) {
	const database = new URL(DATABASE_URL);
	const server = createServer((client) => {
		const upstream = connectSocket({ host: database.hostname, port: Number(database.port) });
		for (const socket of [client, upstream]) socket.on("error", () => {});
		control.reset = () => client.resetAndDestroy();
		client.on("data", (bytes) => {
			watch("client", bytes);
			if (!control.isFrozen) upstream.write(bytes);
		});
		upstream.on("data", (bytes) => {
			watch("server", bytes);
			if (!control.isFrozen) client.write(bytes);
		});
		client.on("close", () => upstream.destroy());
		upstream.on("close", () => client.destroy());
	});
	const proxied = new URL(DATABASE_URL);
	proxied.hostname = "127.0.0.1";
	proxied.port = String(await listenOnLoopback(server));
	return proxied.href;
}

/** Connects a database client whose newest socket the scenario can close. */
function connectWithClosableSocket(options: Options = {}) {
	let newest: Socket | undefined;
	const database = new URL(DATABASE_URL);
	const sql = connect(DATABASE_URL, {
		...options,
		socket: () =>
			new Promise<Socket>((resolve, reject) => {
				const socket = new Socket();
				newest = socket;
				socket.once("error", reject);
				socket.connect(Number(database.port), database.hostname, () => {
					socket.removeListener("error", reject);
					resolve(socket);
				});
			}),
	});
	return {
		sql,
		async close() {
			const closing = newest;
			const closed = new Promise<void>((resolve) => closing?.once("close", () => resolve()));
			closing?.destroy();
			await closed;
		},
	};
}

async function terminateBackend(pid: unknown): Promise<void> {
	await observer`select pg_terminate_backend(${Number(pid)}, 10000)`;
}

const SCENARIOS: Record<string, () => Promise<string[]>> = {
	async "write-after-close"() {
		const { sql, close } = connectWithClosableSocket();
		await sql`select 1`;
		const reserved = await sql.reserve();
		await reserved`select 1`;
		await close();
		return [await describeOutcome(reserved`select 2`)];
	},

	async "close-during-write"() {
		const { sql, close } = connectWithClosableSocket();
		await sql`select 1`;
		// The driver writes in the next turn of the event loop. A close that begins after setImmediate comes before this
		// write.
		await new Promise((resolve) => setImmediate(resolve));
		const interrupted = describeOutcome(sql`select 2`.execute());
		await close();
		return [await interrupted, await describeOutcome(sql`select 3`)];
	},

	async "close-during-startup"() {
		const server = createServer((socket) => socket.on("error", () => {}).end());
		return [
			await describeOutcome(connect(`postgres://x@127.0.0.1:${await listenOnLoopback(server)}/x`)`select 1`),
		];
	},

	async "error-of-the-lost-connection"() {
		const sql = connect();
		const [row] = await sql`select pg_backend_pid() as pid`;
		const interrupted = describeOutcome(sql`select pg_sleep(60)`.execute());
		await terminateBackend(row?.pid);
		const first = await interrupted;
		return [first === "57P01" ? "CONNECTION_CLOSED" : first, await describeOutcome(sql`select 2`)];
	},

	async "unprepared-statement-behind-another"() {
		/**
		 * The types of the client's Postgres protocol messages in order: P Parse, D Describe, H Flush, S Sync …, and Z for
		 * the server's ReadyForQuery.
		 */
		let log = "";
		const proxied = await startProxy(
			(from, bytes) => {
				for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
					const type = String.fromCharCode(bytes[at] ?? 0);
					if (from === "client" || type === "Z") log += type;
				}
			},
			{ isFrozen: false },
		);
		const sql = connect(proxied, { prepare: false });
		await sql`select 1`;
		log = "";
		await Promise.all([sql`select pg_sleep(0.2)`, sql`select ${2}::int`]);
		// The fixed driver sends a second statement only after the server has answered the first.
		return [/^P[^P]*Z/.test(log) ? "one after the other" : "behind another"];
	},

	async "silent-server"() {
		const control = { isFrozen: false };
		const sql = connect(await startProxy(() => {}, control), { silence_timeout: 0.5 });
		await sql`select 1`;
		control.isFrozen = true;
		return [await describeOutcome(sql`select 2`)];
	},

	async "transaction-after-close"() {
		const sql = connect(DATABASE_URL, { prepare: false });
		let queuedStatement: Promise<string> | undefined;
		let resume = () => {};
		const isLost = new Promise<void>((resolve) => {
			resume = resolve;
		});
		let report = (_outcome: string) => {};
		const lateStatement = new Promise<string>((resolve) => {
			report = resolve;
		});
		const transaction = describeOutcome(
			sql.begin(async (tx) => {
				const [row] = await tx`select pg_backend_pid() as pid`;
				const running = tx`select pg_sleep(${60}::int)`.catch(() => {});
				// This statement waits in the transaction until the first part of the statement before it is answered.
				queuedStatement = describeOutcome(tx`select ${1}::int`);
				await terminateBackend(row?.pid);
				await running;
				await isLost;
				report(await describeOutcome(tx`select 2`));
			}),
		);
		const first = await transaction;
		// The lost connection is open again and belongs to this caller.
		const other = await describeOutcome(sql`select 3`);
		resume();
		const late = await lateStatement;
		return [first, other, (await queuedStatement) ?? "", late, await describeOutcome(sql`select 4`)].map(
			(code) => (code === "57P01" ? "CONNECTION_CLOSED" : code),
		);
	},

	async "reset-in-transaction"() {
		const control: ProxyControl = { isFrozen: false };
		const sql = connect(await startProxy(() => {}, control));
		const transaction = describeOutcome(
			sql.begin(async (tx) => {
				await tx`select 1`;
				const running = tx`select pg_sleep(60)`.execute();
				control.reset?.();
				await running;
			}),
		);
		const outcomes = [
			await transaction,
			await describeOutcome(sql`select 2`),
			await describeOutcome(sql`select 3`),
		];
		return outcomes.map((code) => (code === "ECONNRESET" ? "CONNECTION_CLOSED" : code));
	},
};

const result = await SCENARIOS[scenario]?.();
process.stdout.write(`${JSON.stringify(result ?? "no such scenario")}\n`, () => process.exit(0));
