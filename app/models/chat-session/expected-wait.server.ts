import { singleton } from "#app/singleton.server.ts";
import { backgroundSql } from "#db/client.server.ts";
import { estimateWait } from "./expected-wait.ts";

/**
 * Hours and number of finished waits in the queue that the estimate of the wait uses. Older waits say little about the
 * present.
 */
const RECENT_HOURS = 24;
const MAX_FINISHED_WAITS = 20;
/** Maximum number of currently waiting customers that the estimate of the wait reads, the longest waits first. */
const MAX_CURRENT_WAITS = 500;

const cachedEstimate = singleton("expected-wait", () => ({ seconds: null as number | null }));

/**
 * Reads how long customers waited for an agent and still wait, for `estimateWait`. It runs once per process every few
 * seconds: the estimate is equal for all customers, so no session computes its own. Both reads use an index:
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

/**
 * A customer may wait this many times as long as expected before the estimate of the wait counts as wrong for this
 * customer.
 */
const MAX_OVERRUN_FACTOR = 1.5;

/**
 * The expected wait for an agent in seconds, as of the last refresh; null when it is not known. Also null for a
 * customer who has waited much longer than expected, because the estimate is wrong for this customer.
 */
export function expectedWait(queuedAt: Date | null, now: Date): number | null {
	const { seconds } = cachedEstimate;
	if (seconds === null || queuedAt === null) return seconds;
	const waited = (now.getTime() - queuedAt.getTime()) / 1_000;
	// The page shows whole minutes, so a wait of less than one minute cannot be exceeded noticeably.
	return waited > Math.max(seconds, 60) * MAX_OVERRUN_FACTOR ? null : seconds;
}
