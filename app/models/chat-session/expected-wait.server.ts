import { singleton } from "#app/singleton.server.ts";
import { backgroundSql } from "#db/client.server.ts";
import { estimateWait } from "./expected-wait.ts";

/** Hours and number of recent waits that the estimate uses: older waits say little about the present. */
const RECENT_HOURS = 24;
const MAX_FINISHED_WAITS = 20;
/** Maximum number of waiting customers that the estimate reads, the longest waits first. */
const MAX_CURRENT_WAITS = 500;

const cachedEstimate = singleton("expected-wait", () => ({ seconds: null as number | null }));

/**
 * Reads how long customers waited and wait, for `expectedWait`. It runs once per process every few seconds: the
 * estimate is the same for everybody, so no conversation computes its own. Both reads use an index:
 * chat_sessions_taken and chat_sessions_open.
 */
export async function refreshExpectedWait(): Promise<void> {
	const rows = await backgroundSql<{ isTaken: boolean; seconds: number }[]>`
		(select true as "isTaken", extract(epoch from assigned_at - queued_at)::float8 as seconds
			from chat_sessions
			where assigned_at > queued_at and assigned_at > now() - ${RECENT_HOURS} * interval '1 hour'
			order by assigned_at desc limit ${MAX_FINISHED_WAITS})
		union all
		(select false, extract(epoch from now() - queued_at)::float8
			from chat_sessions where status = 'queued' and queued_at is not null
			order by queued_at limit ${MAX_CURRENT_WAITS})`;
	const secondsOf = (isTaken: boolean) =>
		rows.filter((row) => row.isTaken === isTaken).map((row) => Math.max(0, row.seconds));
	cachedEstimate.seconds = estimateWait(secondsOf(true), secondsOf(false));
}

/** A customer may wait this much longer than expected before the estimate counts as wrong for them. */
const MAX_OVERRUN_FACTOR = 1.5;

/**
 * The expected wait in seconds as of the last refresh; null when it is not known. A customer who has waited
 * much longer than it gets no number: the estimate is wrong for them.
 */
export function expectedWait(queuedAt: Date | null, now: Date): number | null {
	const { seconds } = cachedEstimate;
	if (seconds === null || queuedAt === null) return seconds;
	const waited = (now.getTime() - queuedAt.getTime()) / 1_000;
	// The page shows whole minutes, so less than one cannot be exceeded noticeably.
	return waited > Math.max(seconds, 60) * MAX_OVERRUN_FACTOR ? null : seconds;
}
