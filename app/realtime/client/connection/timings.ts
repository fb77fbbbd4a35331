import { HEARTBEAT_MS } from "../../events.ts";

/** All delays and timeouts of a connection, in ms. One object, so that tests can run in a hundredth of the time. */
export const TIMINGS = {
	/** A stream sends its first event at once; without it after this time it is held back (message_bus waits as long). */
	hello: 3_000,
	/** A stream that is silent for this time is dead, whatever the browser reports. */
	watchdog: HEARTBEAT_MS * 2.5,
	/** An own message must arrive on the stream within this time after its acknowledgement. */
	echo: 2_000,
	/** A heartbeat that is this much later than the fastest one was held back. */
	late: 5_000,
	/** A stream that ends this soon after its first event was not ended by the server. */
	shortLife: 5_000,
	/** Longest time of an answer that does not wait for events. */
	request: 8_000,
	/** The server holds a poll for 25 s. */
	longPoll: 35_000,
	/** A long poll that fails after this time was cut while it waited. */
	waited: 2_000,
	shortPoll: 3_000,
	/** Interval of short polls while the page is hidden. */
	shortPollHidden: 30_000,
	/** Interval of plain requests for missing events while a transport is suspected. */
	suspectedPoll: 3_000,
	/** Time for which a transport is suspected. */
	suspectedPollFor: 60_000,
	backoffFirst: 500,
	/** Longest backoff while the server is unreachable and the page visible: short, so that the page is live soon after. */
	backoffAway: 5_000,
	backoffMax: 30_000,
	minPause: 100,
	/** Time without a connection after which the page shows "reconnecting". */
	reconnecting: 1_000,
	offline: 5_000,
	/** Time without a connection after which the page offers a reload. */
	reload: 60_000,
	/** A leader that is silent for this time is frozen; another tab takes over. */
	leaderSilent: 45_000,
	/** Longest time for a leader's answer to another tab. */
	leaderAnswer: 2_000,
};
export type Timings = typeof TIMINGS;
