import { sql } from "#db/client.server.ts";
import type { DurableType, StreamKey } from "./events.ts";
import { splitStreamKey } from "./events.ts";

/** One durable event as stored; `json` is its data, ready to send. */
export type LoggedEvent = { stream: StreamKey; seq: number; type: DurableType; json: string };

/** Most rows of one read; more need further reads. */
export const PAGE_SIZE = 200;

/** The events after the sequence `after` in one stream, oldest first, at most `limit`. */
export async function readLog(stream: StreamKey, after: number, limit = PAGE_SIZE): Promise<LoggedEvent[]> {
	return sql<LoggedEvent[]>`
		select stream, seq, type, data::text as json from chat_events
		where stream = ${stream} and seq > ${after}
		order by seq limit ${limit}`;
}

/** The events after the given heads in many streams, in one query: oldest first within each stream. */
export async function readLogs(heads: { stream: StreamKey; head: number }[]): Promise<LoggedEvent[]> {
	return sql<LoggedEvent[]>`
		select e.stream, e.seq, e.type, e.data::text as json
		from jsonb_to_recordset(${JSON.stringify(heads)}::text::jsonb) as wanted(stream text, head int)
		cross join lateral (
			select * from chat_events
			where chat_events.stream = wanted.stream and chat_events.seq > wanted.head
			order by chat_events.seq limit ${PAGE_SIZE}
		) e
		order by e.stream, e.seq`;
}

/** The head of each stream whose session exists. */
export async function readHeads(streams: StreamKey[]): Promise<Map<StreamKey, number>> {
	const ids = [...new Set(streams.map((key) => splitStreamKey(key).sessionId))];
	const rows = await sql<{ id: string; public: number; internal: number }[]>`
		select session_id as id, last_seq as public, internal_seq as internal
		from chat_sessions
		where session_id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb))`;
	const heads = new Map<StreamKey, number>();
	for (const row of rows) {
		heads.set(`public:${row.id}`, row.public);
		heads.set(`internal:${row.id}`, row.internal);
	}
	return heads;
}

/** Most sessions that `readChangedSessions` returns; with as many there may be others. */
export const CHANGED_LIMIT = 500;

/** Sessions that changed since the given time; for the inbox, whose wake-ups may have been lost. */
export async function readChangedSessions(since: Date): Promise<string[]> {
	const rows = await sql<{ id: string }[]>`
		select session_id as id from chat_sessions where updated_at > ${since} order by updated_at limit ${CHANGED_LIMIT}`;
	return rows.map((row) => row.id);
}
