import type { Ephemeral } from "./bus/bus.ts";
import type { LoggedEvent } from "./log.server.ts";

/**
 * One reader of one stream. The hub keeps a cursor for each reader and never a queue: events that a slow reader has
 * not received stay in the ring or in the event log.
 */
export type Reader = {
	/** Sequence of the last event that was delivered to this reader. */
	cursor: number;
	/** False while the client does not accept bytes; the hub's `resume` is called when the client accepts bytes again. */
	isWritable(): boolean;
	deliver(event: LoggedEvent): void;
	deliverEphemeral(ephemeral: Ephemeral): void;
	/** Called when the epoch has changed: the reader must reconnect. */
	disconnect(): void;
};

/**
 * The hub's state for one reader. `pageSize` is the number of events that one read of the event log requests for this
 * reader: as many as the reader's buffer accepts at a time. Nothing is delivered to a reader until its cursor is set
 * (`isPositioned`).
 */
export type Subscription = { isPositioned: boolean; isPumping: boolean; pageSize: number };

/**
 * The hub's state of one stream. `head` is the sequence at which the stream's ring ends; null until the first
 * reader's cursor is set. `announced` is the highest sequence that a wake-up announced before the head was known.
 */
export type StreamState = {
	head: number | null;
	announced: number;
	ring: LoggedEvent[];
	readers: Map<Reader, Subscription>;
};
