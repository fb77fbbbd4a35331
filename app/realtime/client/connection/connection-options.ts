import type { ChatEvent } from "../../events.ts";
import type { ConnectionStatus } from "./status.ts";
import type { Timings } from "./timings.ts";
import type { TransportMemory } from "./transports.ts";

/** How a page reads the events of a session. */
export type ConnectionOptions = {
	/** URL of each way of reading: event stream, long poll, short poll. */
	urls: { events: string; poll: string; sync: string };
	/** The current query: the session and the cursor to continue from; null while there is nothing to read. */
	query: () => Record<string, string> | null;
	onEvent: (id: string | null, event: ChatEvent) => void;
	/** Called with every change of the connection's status, and whenever something was received. */
	onStatus: (status: ConnectionStatus) => void;
	/**
	 * Called once with the status 401, 403 or 404, when the server has refused two attempts to read. The connection has
	 * stopped then.
	 */
	onRefused: (status: number) => void;
	memory: TransportMemory;
	timings?: Timings;
	/** Random number function, from 0 to below 1; spreads the reconnects of many browsers over time. */
	random?: () => number;
};
