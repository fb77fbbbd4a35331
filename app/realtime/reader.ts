import type { Ephemeral } from "./bus/bus.ts";
import type { LoggedEvent } from "./log.server.ts";

/**
 * One reader of one stream. The hub keeps its place and never a queue: what a slow reader has not taken
 * stays in the ring or in the table.
 */
export type Reader = {
	/** Sequence of the last event this reader took. */
	cursor: number;
	/** False while the other side is not taking bytes; `resume` is called when it is again. */
	isWritable(): boolean;
	take(event: LoggedEvent): void;
	hear(ephemeral: Ephemeral): void;
	/** What this reader has taken is of another life of the database: it must go and come anew. */
	dismiss(): void;
};

/**
 * `pageSize` is how many rows a read for this reader asks for: as many as its line takes at a time. Before its
 * place is settled a reader is handed nothing.
 */
export type Slot = { isSettled: boolean; isPumping: boolean; pageSize: number };

/** `head` is where the ring ends; null until the first reader's place is settled. `heard` is the newest hint of then. */
export type StreamState = {
	head: number | null;
	heard: number;
	ring: LoggedEvent[];
	readers: Map<Reader, Slot>;
};
