import type { Ephemeral } from "./bus/bus.ts";
import type { LoggedEvent } from "./log.server.ts";

/**
 * One reader of one stream. The hub keeps its cursor and never a queue: events that a slow reader has not received
 * stay in the ring or in the table.
 */
export type Reader = {
	/** Sequence of the last event that was delivered. */
	cursor: number;
	/** False while the client does not take bytes; the hub's `resume` is called when it does again. */
	isWritable(): boolean;
	deliver(event: LoggedEvent): void;
	deliverEphemeral(ephemeral: Ephemeral): void;
	/** The epoch has changed: the reader must reconnect. */
	disconnect(): void;
};

/**
 * `pageSize` is the number of rows that a read for this reader requests: as many as its buffer takes at a time. Until
 * its cursor is set (`isPositioned`) nothing is delivered to a reader.
 */
export type Subscription = { isPositioned: boolean; isPumping: boolean; pageSize: number };

/**
 * `head` is the sequence at which the ring ends; null until the first reader's cursor is set. `announced` is the
 * highest sequence announced before the head was known.
 */
export type StreamState = {
	head: number | null;
	announced: number;
	ring: LoggedEvent[];
	readers: Map<Reader, Subscription>;
};
