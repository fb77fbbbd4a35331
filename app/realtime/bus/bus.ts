import type { DurableType, EphemeralType, StreamKey } from "../events.ts";

/**
 * A durable event that a wake-up carries; `json` is the event's data, byte for byte as a read of the event log
 * returns it.
 */
export type InlineEvent = readonly [type: DurableType, json: string];

/**
 * A notice, sent after the commit, that a stream has reached a sequence. The event log stays the source of truth. A
 * wake-up may contain the event of that sequence, which saves a query in processes that already have the event
 * before.
 */
export type WakeUp = readonly [stream: StreamKey, seq: number, event?: InlineEvent];

/** An event that is not stored: typing, thinking, text of a live answer. */
export type Ephemeral = readonly [stream: StreamKey, type: EphemeralType, data: unknown];

export type Envelope = { wakeUps: WakeUp[]; ephemerals: Ephemeral[] };

export type BusKind = "in-process" | "postgres" | "redis" | "nats";

type BusHandlers = { onEnvelope: (envelope: Envelope) => void; onGap: () => void };

/**
 * Carries wake-ups and ephemeral events between processes. Delivery at most once is enough: a lost envelope delays a
 * message until the head check finds it, and never loses it. A faster bus increases the number of readers and changes
 * nothing about correctness.
 */
export interface Bus {
	readonly kind: BusKind;
	/**
	 * Starts receiving envelopes. Resolves when the first attempt to connect has succeeded or failed; attempts continue
	 * in the background. `onGap` is called whenever envelopes may have been missed.
	 */
	start(handlers: BusHandlers): Promise<void>;
	/** Sends an envelope asynchronously; never throws and never waits. */
	send(envelope: Envelope): void;
	/** Whether envelopes of other processes arrive, as far as known. */
	isHealthy(): boolean;
	/** Why envelopes do not arrive: one sentence for operators, without passwords; null while they arrive. */
	trouble(): string | null;
	stop(): Promise<void>;
}
