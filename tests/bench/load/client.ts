import type { Contender } from "../contender.ts";

/** The part of a contender that the load's process is told. */
export type Target = Pick<Contender, "kind" | "writerUrl" | "readerUrl" | "cursors" | "conversations">;

/** How both sides' clients look to the load. Conversations go by their place in the target's list. */
export interface Client {
	/**
	 * Sends a message and resolves when the server has said that it is kept; until then it is sent again under
	 * the same id. One at a time in a conversation, as both sides' browsers do it.
	 */
	post(conversation: number, message: { id: string; text: string }): Promise<void>;
	close(): void;
}

/** Called with each message that a reader shows. */
export type OnRender = (id: string, conversation: number) => void;
