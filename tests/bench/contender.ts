/** One session with its customer's credentials. */
export interface Conversation {
	sessionId: string;
	/** The customer's signed token, the same for both contenders. */
	token: string;
	/** The token as the cookie that a browser sends. */
	cookie: string;
}

/** How many sessions a contender starts with, and the number of messages in each (1 unless given). */
export type ConversationPlan = { count: number; length?: number };

/** The protocol of the load. */
export type ContenderKind = "ours" | "socket.io";

/** A running pair of server processes: messages are posted to one and read from the other. */
export interface Contender {
	kind: ContenderKind;
	writerUrl: string;
	readerUrl: string;
	/**
	 * Cursors for readers: before the first message of each session, after it, or only future events (null sends no
	 * cursor).
	 */
	cursors: { before: string; behind: string; live: string | null };
	conversations: Conversation[];
	/** Resident memory of both processes together in bytes, after a garbage collection. */
	residentBytes(): Promise<number>;
	/** Processor time of both processes so far in milliseconds; null where the system does not report it. */
	processorMs(): number | null;
	/** Whether both processes are still the ones that were started. */
	isAlive(): boolean;
	stop(): Promise<void>;
}

/** Postgres connections of one process for its work: ours (see db/client.server.ts) and the peer's. */
export const CONTENDER_POOL_SIZE = 14;
