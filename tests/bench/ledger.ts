import { quantile } from "./statistics.ts";

/** Counts of a run's messages, from the acknowledgements that senders got and the messages that readers showed. */
export interface MessageCounts {
	written: number;
	acked: number;
	rendered: number;
	/** Messages that were acknowledged to the sender and never shown to the reader. */
	lost: number;
	/** Messages that were shown more than once. */
	doubled: number;
	/** Messages that were shown after a later message of the same session. */
	reordered: number;
	/** Messages that were shown but not written by this run. */
	foreign: number;
}

interface Entry {
	conversation: number;
	/** Position of the message in its session, in the order of writing. */
	position: number;
	dueAt: number;
	ackedAt: number | null;
	renderedAt: number | null;
}

export type Ledger = ReturnType<typeof createLedger>;

/**
 * Records the messages of a run: when each was due, when it was acknowledged, and when the reader had it. Times are
 * milliseconds of `performance.now()` in the load's process.
 */
export function createLedger() {
	const entries = new Map<string, Entry>();
	const writtenIn = new Map<number, number>();
	const furthest = new Map<number, number>();
	const tally = { acked: 0, rendered: 0, doubled: 0, reordered: 0, foreign: 0 };

	return {
		/** Records a message that is due now. The message's latency counts from now, even if the message is sent later. */
		write(id: string, conversation: number, dueAt: number) {
			const position = writtenIn.get(conversation) ?? 0;
			writtenIn.set(conversation, position + 1);
			entries.set(id, { conversation, position, dueAt, ackedAt: null, renderedAt: null });
		},
		ack(id: string, at: number) {
			const entry = entries.get(id);
			if (!entry || entry.ackedAt !== null) return;
			entry.ackedAt = at;
			tally.acked += 1;
		},
		/** Records a message that a reader of the session shows. */
		render(id: string, conversation: number, at: number) {
			const entry = entries.get(id);
			if (!entry || entry.conversation !== conversation) {
				tally.foreign += 1;
				return;
			}
			if (entry.renderedAt !== null) {
				tally.doubled += 1;
				return;
			}
			entry.renderedAt = at;
			tally.rendered += 1;
			const before = furthest.get(conversation) ?? -1;
			if (entry.position < before) tally.reordered += 1;
			else furthest.set(conversation, entry.position);
		},
		/** Whether every message has been acknowledged and shown. */
		isSettled: () => tally.acked === entries.size && tally.rendered === entries.size,
		count: () => ({ written: entries.size, acked: tally.acked, rendered: tally.rendered }),
		verdict(): MessageCounts {
			let lost = 0;
			for (const entry of entries.values())
				if (entry.ackedAt !== null && entry.renderedAt === null) lost += 1;
			return { written: entries.size, lost, ...tally };
		},
		/**
		 * Latencies in milliseconds, from due to shown, of the messages that were due in a time span. A message that was
		 * not shown counts with the time until `now`, because leaving it out would favour a slow server.
		 */
		latencies({ from, to, now }: { from: number; to: number; now: number }): number[] {
			const found: number[] = [];
			for (const { dueAt, renderedAt } of entries.values()) {
				if (dueAt >= from && dueAt < to) found.push((renderedAt ?? now) - dueAt);
			}
			return found;
		},
		/** The longest latency of the messages that arrived, in milliseconds. */
		worstArrival(): number {
			let worst = 0;
			for (const { dueAt, renderedAt } of entries.values()) {
				if (renderedAt !== null) worst = Math.max(worst, renderedAt - dueAt);
			}
			return worst;
		},
		/** Numbers of messages that were shown and that were acknowledged in a time span. */
		during({ from, to }: { from: number; to: number }): { rendered: number; acked: number } {
			const isIn = (at: number | null) => at !== null && at >= from && at < to;
			let rendered = 0;
			let acked = 0;
			for (const entry of entries.values()) {
				if (isIn(entry.renderedAt)) rendered += 1;
				if (isIn(entry.ackedAt)) acked += 1;
			}
			return { rendered, acked };
		},
	};
}

/** Median, 99th percentile and maximum of a run's latencies. */
export function latencyFigures(latencies: number[]): { p50: number; p99: number; max: number } {
	return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), max: quantile(latencies, 1) };
}

/** Why a run was not correct (messages lost, doubled, reordered or foreign); null for a correct run. */
export function faultOf({ lost, doubled, reordered, foreign }: MessageCounts): string | null {
	const faults = Object.entries({ lost, doubled, reordered, foreign }).filter(([, count]) => count > 0);
	return faults.length === 0 ? null : faults.map(([what, count]) => `${count} ${what}`).join(", ");
}
