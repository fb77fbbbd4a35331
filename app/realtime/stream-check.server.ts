import { logBackgroundFailure } from "#app/background-work.server.ts";
import { getEpoch, peekEpoch } from "./epoch.server.ts";
import type { StreamKey } from "./events.ts";
import { type LoggedEvent, readHeads, readLogs } from "./log.server.ts";
import type { StreamState } from "./reader.ts";

/** The functions of the hub that the stream check calls. */
type CheckedHub = {
	streams: ReadonlyMap<StreamKey, StreamState>;
	/** Adds events that directly follow the head of their stream. */
	append: (events: LoggedEvent[]) => void;
	/** Disconnects the readers of a stream, which reconnect with their cursor. */
	disconnectReaders: (stream: StreamKey) => void;
	/** Moves the readers that are behind the head of a stream forward. */
	pumpReaders: (stream: StreamKey) => void;
};

/**
 * Creates the check of the streams that have readers. The check reads from the event log the events that wake-ups did
 * not carry or did not announce, and notices a changed epoch.
 */
export function createStreamCheck(hub: CheckedHub) {
	const pending = new Map<StreamKey, number>();
	let isFetching = false;
	let repairs = 0;
	let epoch: string | null = null;

	/** Fetches the events of a stream up to a sequence, if this process does not have them yet. */
	function wake(stream: StreamKey, seq: number) {
		const state = hub.streams.get(stream);
		if (!state) return;
		state.announced = Math.max(state.announced, seq);
		if (state.head === null || seq <= state.head) return;
		pending.set(stream, Math.max(seq, pending.get(stream) ?? 0));
		void fetchPending();
	}

	async function fetchPending() {
		if (isFetching) return;
		isFetching = true;
		try {
			while (pending.size > 0) {
				const heads = [];
				for (const stream of pending.keys()) {
					const state = hub.streams.get(stream);
					if (state && state.head !== null) heads.push({ stream, head: state.head });
				}
				const requested = new Map(pending);
				pending.clear();
				if (heads.length === 0) continue;
				if (await hasEpochChanged()) continue;
				hub.append(await readLogs(heads));
				for (const [stream, seq] of requested) {
					const head = hub.streams.get(stream)?.head ?? seq;
					// A full page of events means that there may be more events.
					if (head < seq && heads.some((item) => item.stream === stream && item.head < head)) {
						pending.set(stream, seq);
					}
				}
			}
		} catch (error) {
			// A failed fetch is only logged, because the next head check finds the same streams again.
			logBackgroundFailure("reading new events", error);
		} finally {
			isFetching = false;
		}
	}

	/** Whether the database has another epoch than before, for example after a restore; then all readers are disconnected. */
	async function hasEpochChanged(): Promise<boolean> {
		const before = epoch;
		epoch = await getEpoch();
		if (before === null || before === epoch) return false;
		for (const stream of [...hub.streams.keys()]) hub.disconnectReaders(stream);
		return true;
	}

	return {
		wake,
		/** Whether the epoch is known to be unchanged; makes no query. */
		isEpochKnown: () => epoch !== null && epoch === peekEpoch(),
		/**
		 * Reads the epoch if it is not known to be unchanged. @throws the driver's error while the database cannot be
		 * reached.
		 */
		async learnEpoch() {
			epoch ??= await getEpoch();
		},
		/**
		 * The head check: finds events whose wake-up was lost. @throws the driver's error while the database cannot be
		 * reached.
		 */
		async checkHeads() {
			await hasEpochChanged();
			if (hub.streams.size === 0) return;
			const before = new Map([...hub.streams].map(([stream, { head }]) => [stream, head]));
			const heads = await readHeads([...hub.streams.keys()]);
			for (const [stream, seq] of heads) {
				const state = hub.streams.get(stream);
				// A head that is lower than before means that the database's disk was set back to an earlier state: later
				// events no longer exist.
				if (seq < (before.get(stream) ?? 0)) hub.disconnectReaders(stream);
				if (state && state.head !== null && seq > state.head) repairs += 1;
				wake(stream, seq);
			}
			for (const stream of hub.streams.keys()) hub.pumpReaders(stream);
		},
		/** Number of lost wake-ups whose events `checkHeads` has found. */
		countRepairs: () => repairs,
	};
}
