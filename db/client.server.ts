import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";
import * as schema from "./schema.ts";

const POOL_SIZE = 10;
const READ_POOL_SIZE = 4;

function connect(size: number) {
	const url = env().DATABASE_URL;
	if (!url) throw new Error("DATABASE_URL is not set; `npm start` sets it for the embedded database.");
	// The driver's own look-up of array types is awaited by nobody: a backend that dies in it would end the
	// process. So lists are sent as JSON here, never as arrays.
	return postgres(url, { max: size, fetch_types: false, onnotice: () => {} });
}

export const db = singleton("db", () => drizzle(connect(POOL_SIZE), { schema }));

/**
 * Raw SQL for the real-time core. A client of its own, because drizzle replaces its client's parsers
 * (dates and JSON would come back as strings), and so that a busy writer pool cannot starve readers.
 */
export const sql = singleton("sql", () => connect(READ_POOL_SIZE));

export type Database = typeof db;
export type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

/** Closes both pools; for commands and tests, which must end. */
export async function closeDatabase(): Promise<void> {
	await Promise.all([db.$client.end({ timeout: 2 }), sql.end({ timeout: 2 })]);
}
