import type { DurableType, EphemeralType, StreamKey } from "../events.ts";

/** A durable event as the log holds it; `json` is its data in the very form a read of the log gives. */
export type CarriedEvent = readonly [type: DurableType, json: string];

/**
 * A stream has got to a sequence, told after the commit: a hint to look, never the truth itself. It may bring
 * the event of that sequence along, which saves the look to whoever has the one before it.
 */
export type Hint = readonly [stream: StreamKey, seq: number, event?: CarriedEvent];

/** Something for whoever listens now: typing, thinking, words of an answer. */
export type Ephemeral = readonly [stream: StreamKey, type: EphemeralType, data: unknown];

export type Envelope = { hints: Hint[]; ephemerals: Ephemeral[] };

export type BusKind = "in-process" | "postgres" | "redis" | "nats";

export type BusHandlers = { onEnvelope: (envelope: Envelope) => void; onGap: () => void };

/**
 * What carries hints between processes. At most once is enough: a lost envelope delays (the head-check
 * repairs it), it never loses a message. So a faster bus changes capacity, not correctness.
 */
export interface Bus {
	readonly kind: BusKind;
	/**
	 * Begins to receive, and resolves with the first connection or its failure; attempts go on in the
	 * background. `onGap` is called whenever envelopes may have been missed.
	 */
	start(handlers: BusHandlers): Promise<void>;
	/** Sends soon; never throws and never waits. */
	send(envelope: Envelope): void;
	/** Whether envelopes of others are arriving as far as can be known. */
	isHealthy(): boolean;
	/** Why envelopes are not arriving, in one sentence for operators and without secrets; null while they are. */
	trouble(): string | null;
	stop(): Promise<void>;
}
