import type { Message, Session, StreamName } from "../events.ts";

/**
 * The state of one session on a page. The functions of conversation.ts and history.ts change it.
 */
export type Conversation = {
	sessionId: string | null;
	session: Session | null;
	/**
	 * The loaded messages by sequence, oldest first, each message once. There are no gaps from the oldest message to
	 * the sequence in `applied`. After that sequence there may be the user's own messages, which the server
	 * acknowledged before their event arrived.
	 */
	messages: Message[];
	/** Whether the session has messages before the oldest loaded one. */
	hasOlder: boolean;
	/**
	 * The newest state of updated messages that are not loaded, because a page of older messages that was read before
	 * an update may arrive after the update.
	 */
	updatedUnloaded: Message[];
	/** The newest sequence applied to this state in each stream. */
	applied: Record<StreamName, number>;
	/** Cursor of the newest applied event, from which the next connection resumes. */
	cursor: string | null;
	/** The live answer. */
	live: { messageId: string; text: string } | null;
	/** Ids of superseded answers: late text of them is never shown. */
	superseded: string[];
	isThinking: boolean;
	/**
	 * Name of the person who types on the other side; null for nobody. The store removes the name when no further
	 * signal arrives.
	 */
	typing: { name: string | null; since: number } | null;
	/** Whether the agent and the customer have the session open; null while unknown. */
	presence: { agent: boolean | null; customer: boolean | null };
	/**
	 * Whether an event arrived that does not follow the last applied one, so that the events in between must be
	 * fetched.
	 */
	hasGap: boolean;
	/** Whether the server could not continue from the cursor, so that the session must be loaded again. */
	needsReload: boolean;
};
