import { HEARTBEAT_MS } from "../../events.ts";

/** All delays and timeouts of a connection, in ms. One object, so that tests can run in a hundredth of the time. */
export const CONNECTION_TIMINGS = {
	/**
	 * Longest wait for the first event of a stream. The server sends this event at once, so after this time the network
	 * holds the stream back (the library message_bus waits as long).
	 */
	hello: 3_000,
	/** A stream that is silent for this time is dead, whatever the browser reports. */
	watchdog: HEARTBEAT_MS * 2.5,
	/** Longest delay between the acknowledgement of an own message and its event on the stream. */
	echo: 2_000,
	/** A heartbeat that takes this much longer than the fastest heartbeat was held back by the network. */
	late: 5_000,
	/** If a stream ends within this time after its first event, a proxy and not the server ended it. */
	shortLife: 5_000,
	/** Longest time for the answer to a request that does not wait for events. */
	request: 8_000,
	/** Longest time for the answer to a long poll, which the server holds for up to 25 s. */
	longPoll: 35_000,
	/** If a long poll fails after this time, a proxy ended the request while it waited for events. */
	waited: 2_000,
	shortPoll: 3_000,
	/** Interval of short polls while the page is hidden. */
	shortPollHidden: 30_000,
	/** Interval of plain requests for missing events while a transport is suspected of holding events back. */
	suspectedPoll: 3_000,
	/** Time for which a transport is suspected of holding events back. */
	suspectedPollFor: 60_000,
	backoffFirst: 500,
	/**
	 * Longest delay between attempts while the server is unreachable and the page is visible: short, so that the page
	 * is live soon after the server is back.
	 */
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
	/** Longest time for the leader's answer to a request of another tab. */
	leaderAnswer: 2_000,
};
export type Timings = typeof CONNECTION_TIMINGS;
