/** One conversation with what lets its customer in. */
export interface Conversation {
	sessionId: string;
	/** The customer's signed token, the same for both sides. */
	token: string;
	/** … as the cookie that a browser sends. */
	cookie: string;
}

/** Which way the load speaks. */
export type Kind = "ours" | "socket.io";

/** A running pair of server processes: messages are written to one and read from the other. */
export interface Contender {
	kind: Kind;
	writerUrl: string;
	readerUrl: string;
	/**
	 * Where a reader may say it stands: before the one message each conversation begins with, behind it, or
	 * nowhere in particular: it wants what comes from now on (null says nothing).
	 */
	cursors: { before: string; behind: string; live: string | null };
	conversations: Conversation[];
	/** Resident memory of both processes together in bytes, after a garbage collection. */
	residentBytes(): Promise<number>;
	/** Processor time both have used so far in milliseconds; null where the system does not tell. */
	processorMs(): number | null;
	/** Whether both processes are still the ones that were started. */
	isAlive(): boolean;
	stop(): Promise<void>;
}

/** Connections of one process to Postgres for its work, in ours (see db/client.server.ts) and so in the peer's. */
export const POOL_SIZE = 14;
