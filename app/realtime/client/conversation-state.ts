import type { Message, Session, StreamName } from "../events.ts";

/**
 * The state of one session on a page. The functions of conversation.ts and history.ts change it.
 */
export type Conversation = {
	sessionId: string | null;
	session: Session | null;
	/**
	 * By sequence, oldest first; each message once. Without gaps from the oldest loaded message to `applied`; after it
	 * there may be own messages that the server acknowledged before their event arrived.
	 */
	messages: Message[];
	/** Whether the session has messages before the oldest loaded one. */
	hasOlder: boolean;
	/**
	 * Newest state of updated messages that are not loaded, one for each. An older page that was read before an update
	 * may arrive after it.
	 */
	updatedUnloaded: Message[];
	/** Newest sequence applied in each stream. */
	applied: Record<StreamName, number>;
	/** Cursor of the newest event applied, to resume from. */
	cursor: string | null;
	/** The live answer. */
	live: { messageId: string; text: string } | null;
	/** Ids of superseded answers: late text of them is never shown. */
	superseded: string[];
	isThinking: boolean;
	/** Who types on the other side; null for nobody. The store lets it expire. */
	typing: { name: string | null; since: number } | null;
	/** Whether the agent and the customer have the session open; null while unknown. */
	presence: { agent: boolean | null; customer: boolean | null };
	/** An event arrived that does not follow the last one: the events in between must be fetched. */
	hasGap: boolean;
	/** The cursor could not be continued: the session must be loaded again. */
	needsReload: boolean;
};
