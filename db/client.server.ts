import { sql as query } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";
import * as schema from "./schema.ts";

const POOL_SIZE = 8;
const READ_POOL_SIZE = 4;
const BACKGROUND_POOL_SIZE = 2;
/** As many as there are groups of posts under way at once. */
const POST_LINES = 2;

/** Wait before a lost connection is made anew: the driver's own grows to 20 s, long after the database is back. */
const RECONNECT_S = { first: 0.05, limit: 1 };

const ASK_AGAIN_MS = 5_000;

const losses = singleton("database-losses", () => ({ count: 0 }));

/**
 * How often a connection to the database has ended in this process. When it has grown, the database may be
 * another one than before: restored, moved or failed over.
 */
export const countDatabaseLosses = (): number => losses.count;

function connect(size: number) {
	const url = env().DATABASE_URL;
	if (!url) throw new Error("DATABASE_URL is not set; `npm start` sets it for the embedded database.");
	// The driver's own look-up of array types is awaited by nobody: a backend that dies in it would end the
	// process. So lists are sent as JSON here, never as arrays.
	return postgres(url, {
		max: size,
		fetch_types: false,
		// Until it is known that no pooler is in between: see `prepareUnlessPooled`.
		prepare: false,
		backoff: ((failures: number) =>
			Math.min(RECONNECT_S.first * 2 ** failures, RECONNECT_S.limit) *
			(0.5 + Math.random() / 2)) as unknown as boolean,
		onclose: () => {
			losses.count += 1;
		},
		onnotice: () => {},
	});
}

/**
 * Lets a pool use prepared statements once it is known that nothing stands between it and the server. A
 * pooler in transaction mode hands out another backend with each transaction, where a statement prepared
 * before is unknown. Such a pooler gives its clients a process id of its own making, and so is recognised;
 * until then, and behind any pooler, each statement is planned anew, which always works.
 */
async function prepareUnlessPooled(client: ReturnType<typeof postgres>): Promise<void> {
	try {
		const rows = await client`select pg_backend_pid() as pid`;
		client.options.prepare = rows[0]?.pid === rows.state?.pid;
	} catch {
		setTimeout(() => void prepareUnlessPooled(client), ASK_AGAIN_MS).unref();
	}
}

/** Drizzle asks for nothing to be prepared, so this pool need not know what stands in between. */
export const db = singleton("db", () => drizzle(connect(POOL_SIZE), { schema }));

/**
 * Raw SQL for the real-time core. A client of its own, because drizzle replaces its client's parsers
 * (dates and JSON would come back as strings), and so that a busy writer pool cannot starve readers.
 */
export const sql = singleton("sql", () => {
	const client = connect(READ_POOL_SIZE);
	void prepareUnlessPooled(client);
	return client;
});

/**
 * The same for background work. Its statements are planned at each execution, so their plans suit the present size of
 * the tables; a prepared statement keeps the plan that was made when it was first used.
 */
export const backgroundSql = singleton("background-sql", () => connect(BACKGROUND_POOL_SIZE));

export type Database = typeof db;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

/**
 * Runs one statement whose only parameter, `$1::text::jsonb`, is a JSON document, and gives its rows. Dates
 * and JSON in them are text, as drizzle leaves its client.
 */
export type RunStatement = <Row extends object>(statement: string, input: object) => Promise<Row[]>;

/**
 * For the statement that writes each message and the one that wakes other processes afterwards: clients of one
 * connection each, so that a statement meets a backend that has just done the same.
 */
const posts = singleton("posts", () =>
	Array.from({ length: POST_LINES }, () => {
		const client = connect(1);
		return { client, underWay: 0, isKnown: prepareUnlessPooled(client) };
	}),
);

/**
 * Runs one such statement by itself, prepared once a connection: what drizzle sends is described anew each
 * time, which is a second way to the database and back.
 */
export async function runAlone<Row extends object>(statement: string, input: object): Promise<Row[]> {
	const line = posts.reduce((best, other) => (other.underWay < best.underWay ? other : best));
	line.underWay += 1;
	try {
		await line.isKnown;
		return [...(await line.client.unsafe<Row[]>(statement, [JSON.stringify(input)], { prepare: true }))];
	} finally {
		line.underWay -= 1;
	}
}

/**
 * Whether an error says that the transaction is surely rolled back. Of a lost connection, or a backend that
 * was ended, nobody knows how far it came.
 */
export function isRolledBack(error: unknown): boolean {
	return error instanceof postgres.PostgresError && error.severity === "ERROR";
}

/** Such statements within a transaction of drizzle's. */
export function runInTransaction(tx: Transaction): RunStatement {
	return async <Row extends object>(statement: string, input: unknown) => {
		const [before = "", after = ""] = statement.split("$1");
		const rows = await tx.execute(query`${query.raw(before)}${JSON.stringify(input)}${query.raw(after)}`);
		return [...rows] as Row[];
	};
}

/** Closes all pools; for commands and tests, which must end. */
export async function closeDatabase(): Promise<void> {
	await Promise.all(
		[db.$client, sql, backgroundSql, ...posts.map(({ client }) => client)].map((client) =>
			client.end({ timeout: 2 }),
		),
	);
}
