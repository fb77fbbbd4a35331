import { sql as query } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import { backoffMs, withJitter } from "#app/backoff.ts";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";
import postgres from "./driver.ts";
import * as schema from "./schema.ts";

const POOL_SIZE = 8;
const READ_POOL_SIZE = 4;
const BACKGROUND_POOL_SIZE = 2;
/** Number of connections for posts: as many as there are batches of posts in progress at once. */
const POST_CONNECTIONS = 2;

/** Delays before reconnecting, in seconds. The driver's own delay grows to 20 s, long after the database is back. */
const RECONNECT_BACKOFF = { firstMs: 50, maxMs: 1_000 };

const POOLER_CHECK_INTERVAL_MS = 5_000;

const connectionLosses = singleton("database-losses", () => ({ count: 0 }));

/**
 * Number of connections to the database that this process has lost. After a loss the database may be another one:
 * restored, moved or failed over.
 */
export const countDatabaseLosses = (): number => connectionLosses.count;

function createClient(size: number) {
	const url = env().DATABASE_URL;
	if (!url) throw new Error("DATABASE_URL is not set; `npm start` sets it for the embedded database.");
	// The driver's look-up of array types is not awaited, so an error in it would end the process. Lists are sent as
	// JSON instead, never as arrays.
	return postgres(url, {
		max: size,
		fetch_types: false,
		// Off until it is known that there is no transaction pooler: see `prepareUnlessPooled`.
		prepare: false,
		backoff: ((failures: number) =>
			withJitter(backoffMs(RECONNECT_BACKOFF, failures + 1)) / 1_000) as unknown as boolean,
		onclose: () => {
			connectionLosses.count += 1;
		},
		onnotice: () => {},
	});
}

/**
 * Enables prepared statements for a pool when there is no transaction pooler. Such a pooler uses another backend for
 * each transaction, where an earlier prepared statement is unknown. It is recognised by its invented process id.
 * Behind a pooler each statement is planned again.
 */
async function prepareUnlessPooled(client: ReturnType<typeof postgres>): Promise<void> {
	try {
		const rows = await client`select pg_backend_pid() as pid`;
		client.options.prepare = rows[0]?.pid === rows.state?.pid;
	} catch {
		setTimeout(() => void prepareUnlessPooled(client), POOLER_CHECK_INTERVAL_MS).unref();
	}
}

/** The pool of the ORM. Drizzle does not prepare statements, so a transaction pooler is no problem. */
export const db = singleton("db", () => drizzle(createClient(POOL_SIZE), { schema }));

/**
 * Raw SQL for reading events. It has its own client, because drizzle changes its client's parsers (dates and JSON
 * would be strings), and so that many writes cannot block readers.
 */
export const sql = singleton("sql", () => {
	const client = createClient(READ_POOL_SIZE);
	void prepareUnlessPooled(client);
	return client;
});

/**
 * Raw SQL for background work. Its statements are planned at each execution, so that plans suit the present size of
 * the tables; a prepared statement keeps the plan of its first use.
 */
export const backgroundSql = singleton("background-sql", () => createClient(BACKGROUND_POOL_SIZE));

export type Database = typeof db;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

/**
 * Runs a statement whose only parameter, `$1::text::jsonb`, is a JSON document, and returns its rows. Dates and JSON
 * in the rows are text, as from drizzle's client.
 */
export type RunStatement = <Row extends object>(statement: string, input: object) => Promise<Row[]>;

/**
 * Clients of one connection each, for the statement that writes posts and for NOTIFY after it: each backend runs the
 * same prepared statement every time.
 */
const postClients = singleton("posts", () =>
	Array.from({ length: POST_CONNECTIONS }, () => {
		const client = createClient(1);
		return { client, inProgress: 0, isKnown: prepareUnlessPooled(client) };
	}),
);

/**
 * Runs a `RunStatement` outside a transaction, prepared once for each connection. Drizzle would describe the
 * statement each time, which is a second round trip.
 */
export async function runAlone<Row extends object>(statement: string, input: object): Promise<Row[]> {
	const connection = postClients.reduce((best, other) => (other.inProgress < best.inProgress ? other : best));
	connection.inProgress += 1;
	try {
		await connection.isKnown;
		return [
			...(await connection.client.unsafe<Row[]>(statement, [JSON.stringify(input)], { prepare: true })),
		];
	} finally {
		connection.inProgress -= 1;
	}
}

/** Whether an error means that the transaction was certainly rolled back. After a lost connection that is unknown. */
export function isRolledBack(error: unknown): boolean {
	return error instanceof postgres.PostgresError && error.severity === "ERROR";
}

/** Returns a `RunStatement` that runs in a drizzle transaction. */
export function runInTransaction(tx: Transaction): RunStatement {
	return async <Row extends object>(statement: string, input: unknown) => {
		const [before = "", after = ""] = statement.split("$1");
		const rows = await tx.execute(query`${query.raw(before)}${JSON.stringify(input)}${query.raw(after)}`);
		return [...rows] as Row[];
	};
}

/** Closes all connection pools, so that a command or test can end. */
export async function closeDatabase(): Promise<void> {
	await Promise.all(
		[db.$client, sql, backgroundSql, ...postClients.map(({ client }) => client)].map((client) =>
			client.end({ timeout: 2 }),
		),
	);
}
