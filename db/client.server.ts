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
/** Number of database connections for posts: as many as there are batches of posts in progress at once. */
const POST_CONNECTIONS = 2;

/**
 * Delays before the driver reconnects to the database. The driver's own delay grows to 20 s, which is long after the
 * database is back.
 */
const RECONNECT_BACKOFF = { firstMs: 50, maxMs: 1_000 };

const POOLER_CHECK_INTERVAL_MS = 5_000;

const connectionLosses = singleton("database-losses", () => ({ count: 0 }));

/**
 * Number of database connections that this process has lost. After a loss the process may be connected to another
 * database: restored, moved or failed over.
 */
export const countDatabaseLosses = (): number => connectionLosses.count;

function createClient(size: number) {
	const url = env().DATABASE_URL;
	if (!url) throw new Error("DATABASE_URL is not set; `npm start` sets it for the embedded database.");
	// The driver's query for array types (`fetch_types`) is off, because an error in that query would end the process.
	// Lists are sent to the database as JSON, never as arrays.
	return postgres(url, {
		max: size,
		fetch_types: false,
		// Prepared statements are off until it is known that there is no transaction pooler: see `prepareUnlessPooled`.
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
 * each transaction, where an earlier prepared statement is unknown. The pooler is recognised because it reports an
 * invented process id of the backend. Behind a pooler each statement is planned again.
 */
async function prepareUnlessPooled(client: ReturnType<typeof postgres>): Promise<void> {
	try {
		const rows = await client`select pg_backend_pid() as pid`;
		client.options.prepare = rows[0]?.pid === rows.state?.pid;
	} catch {
		setTimeout(() => void prepareUnlessPooled(client), POOLER_CHECK_INTERVAL_MS).unref();
	}
}

/**
 * The database through the ORM drizzle, with its own connection pool. Drizzle does not prepare statements, so a
 * transaction pooler is no problem.
 */
export const db = singleton("db", () => drizzle(createClient(POOL_SIZE), { schema }));

/**
 * The SQL client for reading events, with its own connection pool. It is separate from drizzle's client, because
 * drizzle changes its client's parsers (dates and JSON would be strings), and because many writes must not block
 * readers.
 */
export const sql = singleton("sql", () => {
	const client = createClient(READ_POOL_SIZE);
	void prepareUnlessPooled(client);
	return client;
});

/**
 * The SQL client for background work. Its statements are planned at each execution, so that plans suit the present
 * size of the tables; a prepared statement would keep its first plan.
 */
export const backgroundSql = singleton("background-sql", () => createClient(BACKGROUND_POOL_SIZE));

export type Database = typeof db;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

/**
 * A function that runs a statement whose only parameter, `$1::text::jsonb`, is a JSON document, and returns its rows.
 * Dates and JSON in the rows are text.
 */
export type RunStatement = <Row extends object>(statement: string, input: object) => Promise<Row[]>;

/**
 * Database clients of one connection each, for the statement that writes posts and for the NOTIFY after it, so that
 * each Postgres backend runs the same prepared statement every time.
 */
const postClients = singleton("posts", () =>
	Array.from({ length: POST_CONNECTIONS }, () => {
		const client = createClient(1);
		return { client, inProgress: 0, isKnown: prepareUnlessPooled(client) };
	}),
);

/**
 * Runs a statement outside a transaction; the statement is prepared once for each connection. Drizzle would ask
 * Postgres to describe the statement each time, which is a second round trip.
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

/**
 * Whether an error means that the transaction was certainly rolled back. After a lost connection the result of the
 * transaction is unknown, so false is returned.
 */
export function isRolledBack(error: unknown): boolean {
	return error instanceof postgres.PostgresError && error.severity === "ERROR";
}

/** Creates a `RunStatement` function that runs its statements in a drizzle transaction. */
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
