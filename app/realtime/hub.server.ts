import { logBackgroundFailure } from "#app/background-work.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { createBatcher } from "#db/batcher.ts";
import type { Bus, Envelope } from "./bus/bus.ts";
import { chooseBus } from "./bus/choose.server.ts";
import { type StreamKey, splitStreamKey } from "./events.ts";
import { createInboxWatch } from "./inbox-watch.server.ts";
import { recordDelta } from "./live-answers.server.ts";
import { EVENT_PAGE_SIZE, type LoggedEvent, readHeads, readLog } from "./log.server.ts";
import type { Reader, StreamState, Subscription } from "./reader.ts";
import { createStreamCheck } from "./stream-check.server.ts";

/** Events kept for each stream with readers, so that reconnecting readers need no query. */
const RING_SIZE = 256;
/** Smallest number of events that one read of the event log requests for a slow reader. */
const MIN_PAGE_SIZE = 4;
const HEAD_CHECK_MS = 5_000;
/** Interval of head checks while the bus is unhealthy, because then only the head check delivers events. */
const HEAD_CHECK_UNHEALTHY_MS = 750;
/** Queries for stream heads that begin within this time (ms) share one statement. */
const BATCH_MS = 5;

/**
 * Creates the hub. A wake-up marks a stream as having new events, one query fetches the new events of all such
 * streams, and each reader is moved forward from its own cursor. Live delivery, replay and resume use the same code,
 * so nothing can be lost between replay and subscription.
 */
export function createHub(bus: Bus) {
	const streams = new Map<StreamKey, StreamState>();
	const inbox = createInboxWatch();
	const check = createStreamCheck({ streams, append, disconnectReaders, pumpReaders });
	let checkTimer: NodeJS.Timeout | undefined;
	let isStopped = false;

	function receive(envelope: Envelope) {
		const changedSessions = new Set<string>();
		for (const [stream, seq, event] of envelope.wakeUps) {
			changedSessions.add(splitStreamKey(stream).sessionId);
			// An event inside a wake-up is accepted only if it is the next event of its stream; all other events are
			// fetched from the event log. A stream without readers has no head, so its events are not kept. After a restore
			// the sequences may restart, so events are accepted only while the epoch is known to be unchanged.
			if (event && streams.get(stream)?.head === seq - 1 && check.isEpochKnown()) {
				append([{ stream, seq, type: event[0], json: event[1] }]);
			} else check.wake(stream, seq);
		}
		for (const ephemeral of envelope.ephemerals) {
			const state = streams.get(ephemeral[0]);
			if (!state) continue;
			if (ephemeral[1] === "ai-delta") recordDelta(ephemeral);
			for (const [reader, { isPositioned }] of state.readers)
				if (isPositioned) reader.deliverEphemeral(ephemeral);
		}
		if (changedSessions.size > 0) inbox.notifyWatchers([...changedSessions]);
	}

	/** Makes readers reconnect. The server then refuses their cursors, because the epoch has changed. */
	function disconnectReaders(stream: StreamKey) {
		const readers = [...(streams.get(stream)?.readers.keys() ?? [])];
		streams.delete(stream);
		for (const reader of readers) reader.disconnect();
	}

	function append(events: LoggedEvent[]) {
		const advanced = new Set<StreamKey>();
		for (const event of events) {
			const state = streams.get(event.stream);
			if (!state || state.head === null || event.seq !== state.head + 1) continue;
			state.head = event.seq;
			state.ring.push(event);
			if (state.ring.length > RING_SIZE) state.ring.shift();
			advanced.add(event.stream);
		}
		for (const stream of advanced) pumpReaders(stream);
	}

	function pumpReaders(stream: StreamKey) {
		for (const reader of streams.get(stream)?.readers.keys() ?? []) void pump(stream, reader);
	}

	/** Moves one reader forward until it has reached the head or its buffer is full. */
	async function pump(stream: StreamKey, reader: Reader) {
		const state = streams.get(stream);
		const subscription = state?.readers.get(reader);
		if (!state || !subscription?.isPositioned || subscription.isPumping) return;
		subscription.isPumping = true;
		try {
			while (
				reader.cursor < (state.head ?? 0) &&
				reader.isWritable() &&
				state.readers.get(reader) === subscription
			) {
				const first = state.ring[0]?.seq ?? Number.POSITIVE_INFINITY;
				const page =
					reader.cursor + 1 >= first
						? state.ring.slice(reader.cursor + 1 - first)
						: await readLog(stream, reader.cursor, subscription.pageSize);
				const before = reader.cursor;
				for (const event of page) {
					if (!reader.isWritable() || state.readers.get(reader) !== subscription) break;
					if (event.seq !== reader.cursor + 1) continue;
					reader.deliver(event);
					reader.cursor = event.seq;
				}
				const delivered = reader.cursor - before;
				// Events that do not fit into the reader's buffer are read again later, so a reader of large events gets
				// smaller pages.
				subscription.pageSize =
					delivered < page.length ? Math.max(MIN_PAGE_SIZE, delivered * 2) : EVENT_PAGE_SIZE;
				if (delivered === 0) break;
			}
		} catch (error) {
			// A failed read is repeated with the next wake-up or head check.
			logBackgroundFailure("moving a reader forward", error);
		} finally {
			subscription.isPumping = false;
		}
	}

	async function checkHeads() {
		try {
			await check.checkHeads();
			await inbox.check();
		} catch (error) {
			// A failed head check is only logged, because the next one finds the missed events.
			logBackgroundFailure("the head check", error);
		}
	}

	/** The timer of the head check is short, so that a check follows soon after the bus becomes unhealthy. */
	function scheduleCheck(checkedAt = Date.now()) {
		if (isStopped) return;
		checkTimer = setTimeout(async () => {
			const isDue = !bus.isHealthy() || Date.now() - checkedAt >= HEAD_CHECK_MS;
			if (isDue) await checkHeads();
			scheduleCheck(isDue ? Date.now() : checkedAt);
		}, HEAD_CHECK_UNHEALTHY_MS);
		checkTimer.unref();
	}

	const lookUpHeads = createBatcher<StreamKey, Map<StreamKey, number>>({ waitMs: BATCH_MS, work: readHeads });

	/** The heads of some streams, read after this call began. */
	async function headsOf(keys: StreamKey[]): Promise<Map<StreamKey, number>> {
		const found = await Promise.all(keys.map(lookUpHeads));
		return new Map(keys.map((key, index) => [key, found[index]?.get(key) ?? 0]));
	}

	return {
		/** Starts receiving wake-ups of other processes and checking heads. */
		async start() {
			await bus.start({
				onEnvelope: receive,
				onGap: () => {
					void checkHeads();
					inbox.notifyWatchers("all");
				},
			});
			scheduleCheck();
		},
		/** Delivers committed events to local readers and sends them to other processes. */
		broadcast(envelope: Envelope) {
			for (const ephemeral of envelope.ephemerals) {
				// The text of a live answer is recorded even without a reader, because a later reader of this process must
				// see the answer from its start.
				if (ephemeral[1] === "ai-delta" && !streams.has(ephemeral[0])) recordDelta(ephemeral);
			}
			receive(envelope);
			bus.send(envelope);
		},
		/**
		 * Adds readers, each to its stream, and moves them forward. The readers are subscribed before their events are
		 * read, so no event is missed in between.
		 * @param setCursors sets each reader's cursor, given the heads of the streams; nothing is delivered to the
		 * readers before `setCursors` has ended. @returns a function that removes the readers.
		 * @throws the driver's error while the database cannot be reached.
		 */
		async subscribe(
			entries: readonly (readonly [StreamKey, Reader])[],
			setCursors: (heads: ReadonlyMap<StreamKey, number>) => Promise<void> | void = () => {},
		): Promise<() => void> {
			const subscriptions = entries.map(([stream, reader]) => {
				const state = streams.get(stream) ?? { head: null, announced: 0, ring: [], readers: new Map() };
				const subscription: Subscription = {
					isPositioned: false,
					isPumping: false,
					pageSize: EVENT_PAGE_SIZE,
				};
				streams.set(stream, state);
				state.readers.set(reader, subscription);
				return { stream, reader, state, subscription };
			});
			const unsubscribe = () => {
				for (const { stream, reader, state } of subscriptions) {
					state.readers.delete(reader);
					if (state.readers.size === 0 && streams.get(stream) === state) streams.delete(stream);
				}
			};
			try {
				await check.learnEpoch();
				const heads = await headsOf(entries.map(([stream]) => stream));
				await setCursors(heads);
				for (const { stream, reader, state, subscription } of subscriptions) {
					subscription.isPositioned = true;
					state.head ??= reader.cursor;
					check.wake(stream, Math.max(state.announced, heads.get(stream) ?? 0));
					void pump(stream, reader);
				}
			} catch (error) {
				unsubscribe();
				throw error;
			}
			return unsubscribe;
		},
		/**
		 * Adds an inbox watcher, which is called with the ids of the sessions that changed, or "all" when the ids are not
		 * known.
		 */
		watchInbox: inbox.watch,
		/** Continues delivery to a reader; call it when the reader's buffer has been emptied. */
		resume(stream: StreamKey, reader: Reader) {
			void pump(stream, reader);
		},
		/** Kind of the bus, whether it is healthy and, if not, why; for operators. */
		busState: () => ({ kind: bus.kind, isHealthy: bus.isHealthy(), trouble: bus.trouble() }),
		/** Counts for operators and leak tests: streams, readers, inboxes, lost wake-ups repaired by the head check. */
		stats() {
			let readers = 0;
			for (const state of streams.values()) readers += state.readers.size;
			return { streams: streams.size, readers, inboxes: inbox.count(), repairs: check.countRepairs() };
		},
		async stop() {
			isStopped = true;
			clearTimeout(checkTimer);
			await bus.stop();
		},
	};
}

export const hub = singleton("hub", () => createHub(chooseBus()));
