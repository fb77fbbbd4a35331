import { backgroundSql, sql } from "#db/client.server.ts";
import type { DurableType, StreamKey } from "./events.ts";
import { splitStreamKey } from "./events.ts";

/** One durable event as the event log stores it; `json` is the event's data, ready to send. */
export type LoggedEvent = { stream: StreamKey; seq: number; type: DurableType; json: string };

/** Most events that one read of the event log returns. */
export const EVENT_PAGE_SIZE = 200;

/** The events after the sequence `after` in one stream, oldest first, at most `limit`. */
export function readLog(stream: StreamKey, after: number, limit = EVENT_PAGE_SIZE): Promise<LoggedEvent[]> {
	return readLogs([{ stream, head: after }], limit);
}

/**
 * The events after the given heads in many streams, in one query: oldest first within each stream.
 * @param limit most events of one stream.
 */
export async function readLogs(
	heads: { stream: StreamKey; head: number }[],
	limit = EVENT_PAGE_SIZE,
): Promise<LoggedEvent[]> {
	return sql<LoggedEvent[]>`select * from read_logs(${JSON.stringify(heads)}::text::jsonb, ${limit})`;
}

/** The head of each stream whose session exists. */
export async function readHeads(streams: StreamKey[]): Promise<Map<StreamKey, number>> {
	const ids = [...new Set(streams.map((key) => splitStreamKey(key).sessionId))];
	const rows = await sql<{ id: string; public: number; internal: number }[]>`
		select * from read_heads(${JSON.stringify(ids)}::text::jsonb)`;
	const heads = new Map<StreamKey, number>();
	for (const row of rows) {
		heads.set(`public:${row.id}`, row.public);
		heads.set(`internal:${row.id}`, row.internal);
	}
	return heads;
}

/** Most sessions that `readChangedSessions` returns; if it returns this number, other sessions may have changed too. */
export const MAX_CHANGED_SESSIONS = 500;

/** Ids of the sessions that changed since the given time, for the inbox, because wake-ups may be lost. */
export async function readChangedSessions(since: Date): Promise<string[]> {
	const rows = await backgroundSql<{ id: string }[]>`
		select session_id as id from chat_sessions where updated_at > ${since} order by updated_at limit ${MAX_CHANGED_SESSIONS}`;
	return rows.map((row) => row.id);
}
