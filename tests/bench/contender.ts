/** One session with its customer's credentials. */
export interface Conversation {
	sessionId: string;
	/** The customer's signed token, the same for our chat and for Socket.IO. */
	token: string;
	/** The token as the cookie that a browser sends. */
	cookie: string;
}

/** The number of sessions that exist at the start, and the number of messages in each session (1 unless given). */
export type ConversationPlan = { count: number; length?: number };

/** The chat that is measured, which also determines the protocol of the load generator. */
export type ContenderKind = "ours" | "socket.io";

/**
 * One of the two compared chats (ours or Socket.IO's) as a running pair of server processes: messages are posted to
 * one process and read from the other.
 */
export interface Contender {
	kind: ContenderKind;
	writerUrl: string;
	readerUrl: string;
	/**
	 * Cursors for the readers: before the first message of each session, after that message, or only future events
	 * (null sends no cursor).
	 */
	cursors: { before: string; behind: string; live: string | null };
	conversations: Conversation[];
	/** Resident memory of both server processes together in bytes, after a garbage collection. */
	residentBytes(): Promise<number>;
	/**
	 * Processor time that both server processes have used so far, in milliseconds; null where the system does not
	 * report it.
	 */
	processorMs(): number | null;
	/** Whether both server processes still run since their start. */
	isAlive(): boolean;
	stop(): Promise<void>;
}

/**
 * Number of Postgres connections of one server process, the same for our chat (see db/client.server.ts) and for
 * Socket.IO.
 */
export const CONTENDER_POOL_SIZE = 14;
