import { quantile } from "./statistics.ts";

/** What became of the messages of a run, judged by what the sender was told and what the reader showed. */
export interface Verdict {
	written: number;
	acked: number;
	rendered: number;
	/** Acknowledged to the sender and never shown to the reader. */
	lost: number;
	/** Shown again after they had been shown. */
	doubled: number;
	/** Shown after a message that was written later in the same conversation. */
	reordered: number;
	/** Shown and never written by this run. */
	foreign: number;
}

interface Entry {
	conversation: number;
	/** Its place among the conversation's messages, in the order they were written. */
	place: number;
	dueAt: number;
	ackedAt: number | null;
	renderedAt: number | null;
}

export type Ledger = ReturnType<typeof createLedger>;

/**
 * Keeps the books of a run: when each message should have been sent, when its sender was told that it is kept,
 * and when the reader had it. Times are milliseconds of one clock, `performance.now()` of the load's process.
 */
export function createLedger() {
	const entries = new Map<string, Entry>();
	const writtenIn = new Map<number, number>();
	const furthest = new Map<number, number>();
	const tally = { acked: 0, rendered: 0, doubled: 0, reordered: 0, foreign: 0 };

	return {
		/** A message that is due now: its latency counts from here, however long it then waits to be sent. */
		write(id: string, conversation: number, dueAt: number) {
			const place = writtenIn.get(conversation) ?? 0;
			writtenIn.set(conversation, place + 1);
			entries.set(id, { conversation, place, dueAt, ackedAt: null, renderedAt: null });
		},
		ack(id: string, at: number) {
			const entry = entries.get(id);
			if (!entry || entry.ackedAt !== null) return;
			entry.ackedAt = at;
			tally.acked += 1;
		},
		/** A message as a reader of the conversation shows it. */
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
			if (entry.place < before) tally.reordered += 1;
			else furthest.set(conversation, entry.place);
		},
		/** Whether every message has been acknowledged and shown. */
		isSettled: () => tally.acked === entries.size && tally.rendered === entries.size,
		count: () => ({ written: entries.size, acked: tally.acked, rendered: tally.rendered }),
		verdict(): Verdict {
			let lost = 0;
			for (const entry of entries.values())
				if (entry.ackedAt !== null && entry.renderedAt === null) lost += 1;
			return { written: entries.size, lost, ...tally };
		},
		/**
		 * Milliseconds from due to shown, for messages due in the span. One that was not shown counts as long as
		 * it has been waited for: leaving it out would flatter whoever is too slow.
		 */
		latencies({ from, to, now }: { from: number; to: number; now: number }): number[] {
			const found: number[] = [];
			for (const { dueAt, renderedAt } of entries.values()) {
				if (dueAt >= from && dueAt < to) found.push((renderedAt ?? now) - dueAt);
			}
			return found;
		},
		/** The longest that any message which did arrive was waited for. */
		worstArrival(): number {
			let worst = 0;
			for (const { dueAt, renderedAt } of entries.values()) {
				if (renderedAt !== null) worst = Math.max(worst, renderedAt - dueAt);
			}
			return worst;
		},
		/** How many messages were shown, and how many acknowledged, in the span. */
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

/** The latencies of a run as its figures. */
export function latencyFigures(latencies: number[]): { p50: number; p99: number; max: number } {
	return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), max: quantile(latencies, 1) };
}

/** Why a run was not correct, or null when it was. */
export function faultOf({ lost, doubled, reordered, foreign }: Verdict): string | null {
	const faults = Object.entries({ lost, doubled, reordered, foreign }).filter(([, count]) => count > 0);
	return faults.length === 0 ? null : faults.map(([what, count]) => `${count} ${what}`).join(", ");
}
