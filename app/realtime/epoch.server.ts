import { createHash } from "node:crypto";
import { singleton } from "#app/singleton.server.ts";
import { countDatabaseLosses, sql } from "#db/client.server.ts";

/**
 * Longest time for which a read epoch is trusted, because restoring tables under a running server closes no
 * connection.
 */
const TRUSTED_FOR_MS = 5_000;

/**
 * Postgres error codes of a function that is forbidden (42501), unknown (42883) or not supported (0A000), as in some
 * managed Postgres services.
 */
const UNAVAILABLE_FUNCTION_CODES = ["42501", "42883", "0A000"];

const knownEpoch = singleton("epoch", () => ({
	value: null as string | null,
	losses: 0,
	readAt: 0,
	reading: null as Promise<string> | null,
}));

/**
 * The epoch of this database, which is part of every cursor. A cursor of another epoch is refused, because a restored
 * backup uses the same sequences again for other messages. The epoch is read again whenever a connection was lost,
 * because a database can be restored, moved or failed over while processes run.
 * @throws the driver's error while the database cannot be reached.
 */
export async function getEpoch(): Promise<string> {
	const trusted = peekEpoch();
	if (trusted) return trusted;
	knownEpoch.reading ??= readEpoch().finally(() => {
		knownEpoch.reading = null;
	});
	return knownEpoch.reading;
}

/** The epoch, if it is known without a query; otherwise null. */
export function peekEpoch(): string | null {
	const isTrusted =
		knownEpoch.losses === countDatabaseLosses() && Date.now() - knownEpoch.readAt < TRUSTED_FOR_MS;
	return isTrusted ? knownEpoch.value : null;
}

async function readEpoch(): Promise<string> {
	const losses = countDatabaseLosses();
	const parts = await readEpochParts();
	if (!parts?.[0]) throw new Error("The database has no epoch; run npm run db:migrate.");
	knownEpoch.value = createHash("sha256").update(parts.join("/")).digest("hex").slice(0, 20);
	knownEpoch.losses = losses;
	knownEpoch.readAt = Date.now();
	return knownEpoch.value;
}

/**
 * The values from which the epoch is made. At least one of them differs between a database and its restored copy: the
 * table's oid and file (tables dropped or truncated and loaded), the database's oid (a new database), the cluster's
 * identifier (another cluster), its timeline (point-in-time recovery, or a standby that took over and may lack the
 * last commits). The table `settings` has a value that operators change after a disk was set back to an earlier
 * state, because software cannot detect such a change.
 */
async function readEpochParts(): Promise<string[] | undefined> {
	try {
		const [row] = await sql<{ parts: string[] }[]>`
			select jsonb_build_array(
				(select value #>> '{}' from settings where key = 'epoch'),
				(select oid from pg_database where datname = current_database()),
				'chat_events'::regclass::oid,
				pg_relation_filenode('chat_events'),
				(select system_identifier::text from pg_control_system()),
				left(pg_walfile_name(pg_current_wal_lsn()), 8)
			) as parts`;
		return row?.parts;
	} catch (error) {
		if (!UNAVAILABLE_FUNCTION_CODES.includes(String((error as { code?: unknown }).code))) throw error;
	}
	const [row] = await sql<{ parts: string[] }[]>`
		select jsonb_build_array(
			(select value #>> '{}' from settings where key = 'epoch'),
			(select oid from pg_database where datname = current_database()),
			'chat_events'::regclass::oid,
			pg_relation_filenode('chat_events')
		) as parts`;
	return row?.parts;
}
