import type { Contender } from "../contender.ts";

/** The part of a contender (our chat or Socket.IO) that the process of the load generator needs. */
export type Target = Pick<Contender, "kind" | "writerUrl" | "readerUrl" | "cursors" | "conversations">;

/**
 * The interface of the clients for our chat and for Socket.IO. A session is identified by its index in the target's
 * list.
 */
export interface Client {
	/**
	 * Sends a message and resolves when the server has acknowledged it; until then the message is sent again with the
	 * same id. Only one message at a time is sent in a session, as in a real browser.
	 */
	post(conversation: number, message: { id: string; text: string }): Promise<void>;
	close(): void;
}

/** Called with each message that a reader shows. */
export type OnRender = (id: string, conversation: number) => void;
