import type { Contender } from "../contender.ts";

/** The part of a contender that the load's process needs. */
export type Target = Pick<Contender, "kind" | "writerUrl" | "readerUrl" | "cursors" | "conversations">;

/** The interface of both contenders' clients. A session is identified by its index in the target's list. */
export interface Client {
	/**
	 * Sends a message and resolves when the server has acknowledged it; until then it is sent again under the same id.
	 * One message at a time in a session, as in both contenders' browsers.
	 */
	post(conversation: number, message: { id: string; text: string }): Promise<void>;
	close(): void;
}

/** Called with each message that a reader shows. */
export type OnRender = (id: string, conversation: number) => void;
