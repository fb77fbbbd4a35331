import { HEARTBEAT_MS } from "../../events.ts";

/** Every wait of the line, in milliseconds. One object, so that a test can run it in a hundredth of the time. */
export const PACE = {
	/** A stream says hello at once; one that has not by now is being held back (message_bus waits as long). */
	hello: 3_000,
	/** Silence this long means a stream is dead, whatever the browser says. */
	watchdog: HEARTBEAT_MS * 2.5,
	/** A message of one's own is on the stream this long after its acknowledgement. */
	echo: 2_000,
	/** A heartbeat that comes this much later than the quickest one was held back on its way. */
	late: 5_000,
	/** A stream cut this soon after its hello was not ended by a server. */
	shortLife: 5_000,
	/** How long an answer that has not to wait for anything may take. */
	request: 8_000,
	/** The server holds a poll for 25 s. */
	longPoll: 35_000,
	/** A long poll that fails after this was cut while waiting, and did not fail to begin. */
	waited: 2_000,
	shortPoll: 3_000,
	/** … while nobody looks at the page. */
	shortPollHidden: 30_000,
	/** While a stream is under suspicion the page asks this often what it may be holding back. */
	guard: 3_000,
	guardFor: 60_000,
	backoffFirst: 500,
	/** A gateway without its server, or no network: tried often, so that the page is live soon after. */
	backoffAway: 5_000,
	backoffLimit: 30_000,
	leastPause: 100,
	/** Without a connection this long the page says so, … */
	reconnecting: 1_000,
	offline: 5_000,
	/** … and after this long it offers to be loaded anew. */
	reload: 60_000,
	/** A leading tab that has said nothing for so long is frozen: another one takes over. */
	leaderSilent: 45_000,
	/** How long a leading tab may take to answer whether it is there. */
	leaderAnswer: 2_000,
};
export type Pace = typeof PACE;
