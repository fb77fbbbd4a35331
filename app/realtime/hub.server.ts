import { singleton } from "#app/singleton.server.ts";
import { gather } from "#db/gather.ts";
import type { Bus, Envelope } from "./bus/bus.ts";
import { chooseBus } from "./bus/choose.server.ts";
import { getEpoch, peekEpoch } from "./epoch.server.ts";
import { type StreamKey, splitStreamKey } from "./events.ts";
import { createInboxWatch } from "./inbox-watch.server.ts";
import { noteDelta } from "./live-answers.server.ts";
import { type LoggedEvent, PAGE_SIZE, readHeads, readLog, readLogs } from "./log.server.ts";
import type { Reader, Slot, StreamState } from "./reader.ts";

/** Frames kept per stream that somebody reads, so that reconnecting readers do not reach the database. */
const RING_SIZE = 256;
/** Fewest rows read for a slow reader. */
const LEAST_PAGE = 4;
const HEAD_CHECK_MS = 5_000;
/** While the listener is down the head-check is what delivers. */
const HEAD_CHECK_DEAF_MS = 750;
/** Readers who come within this long of each other are looked up in one statement. */
const GATHER_MS = 5;

export type Hub = ReturnType<typeof createHub>;

/**
 * The pull hub: a hint marks a stream as having news, one query fetches the news of all such streams, and
 * each reader is moved forward from its own place. Live, replay and resume are the same path, so there is no
 * moment between replay and subscription in which something could be lost.
 */
export function createHub(bus: Bus) {
	const streams = new Map<StreamKey, StreamState>();
	const wanted = new Map<StreamKey, number>();
	const inbox = createInboxWatch();
	let isFetching = false;
	let checkTimer: NodeJS.Timeout | undefined;
	let isStopped = false;
	let repairs = 0;
	let epoch: string | null = null;

	function receive(envelope: Envelope) {
		const touched = new Set<string>();
		for (const [stream, seq, event] of envelope.hints) {
			touched.add(splitStreamKey(stream).sessionId);
			// Taken only where it is the very next one; anything else is looked up. Nobody's stream has no place
			// that it could follow, so it is not kept either.
			// In a life of the database that is not known to be the same, the next number may be another story's.
			if (event && streams.get(stream)?.head === seq - 1 && epoch !== null && epoch === peekEpoch()) {
				append([{ stream, seq, type: event[0], json: event[1] }]);
			} else wake(stream, seq);
		}
		for (const ephemeral of envelope.ephemerals) {
			const state = streams.get(ephemeral[0]);
			if (!state) continue;
			if (ephemeral[1] === "ai-delta") noteDelta(ephemeral);
			for (const [reader, { isSettled }] of state.readers) if (isSettled) reader.hear(ephemeral);
		}
		if (touched.size > 0) inbox.tell([...touched]);
	}

	function wake(stream: StreamKey, seq: number) {
		const state = streams.get(stream);
		if (!state) return;
		state.heard = Math.max(state.heard, seq);
		if (state.head === null || seq <= state.head) return;
		wanted.set(stream, Math.max(seq, wanted.get(stream) ?? 0));
		void fetchNews();
	}

	async function fetchNews() {
		if (isFetching) return;
		isFetching = true;
		try {
			while (wanted.size > 0) {
				const heads = [];
				for (const stream of wanted.keys()) {
					const state = streams.get(stream);
					if (state && state.head !== null) heads.push({ stream, head: state.head });
				}
				const asked = new Map(wanted);
				wanted.clear();
				if (heads.length === 0) continue;
				if (await isNewLife()) continue;
				append(await readLogs(heads));
				for (const [stream, seq] of asked) {
					const head = streams.get(stream)?.head ?? seq;
					// A full page was not the whole of it.
					if (head < seq && heads.some((item) => item.stream === stream && item.head < head)) {
						wanted.set(stream, seq);
					}
				}
			}
		} catch {
			// The database is away; the head-check finds the same streams again when it is back.
		} finally {
			isFetching = false;
		}
	}

	/** Whether the database is another one than before, a restored one say; then all readers are dismissed. */
	async function isNewLife(): Promise<boolean> {
		const before = epoch;
		epoch = await getEpoch();
		if (before === null || before === epoch) return false;
		for (const stream of [...streams.keys()]) dismissReaders(stream);
		return true;
	}

	/** The readers leave with their place, which is refused when they come again. */
	function dismissReaders(stream: StreamKey) {
		const readers = [...(streams.get(stream)?.readers.keys() ?? [])];
		streams.delete(stream);
		for (const reader of readers) reader.dismiss();
	}

	function append(events: LoggedEvent[]) {
		const moved = new Set<StreamKey>();
		for (const event of events) {
			const state = streams.get(event.stream);
			if (!state || state.head === null || event.seq !== state.head + 1) continue;
			state.head = event.seq;
			state.ring.push(event);
			if (state.ring.length > RING_SIZE) state.ring.shift();
			moved.add(event.stream);
		}
		for (const stream of moved) {
			for (const reader of streams.get(stream)?.readers.keys() ?? []) void pump(stream, reader);
		}
	}

	/** Moves one reader forward until it is level with the head or its line is full. */
	async function pump(stream: StreamKey, reader: Reader) {
		const state = streams.get(stream);
		const slot = state?.readers.get(reader);
		if (!state || !slot?.isSettled || slot.isPumping) return;
		slot.isPumping = true;
		try {
			while (reader.cursor < (state.head ?? 0) && reader.isWritable() && state.readers.get(reader) === slot) {
				const first = state.ring[0]?.seq ?? Number.POSITIVE_INFINITY;
				const page =
					reader.cursor + 1 >= first
						? state.ring.slice(reader.cursor + 1 - first)
						: await readLog(stream, reader.cursor, slot.pageSize);
				const before = reader.cursor;
				for (const event of page) {
					if (!reader.isWritable() || state.readers.get(reader) !== slot) break;
					if (event.seq !== reader.cursor + 1) continue;
					reader.take(event);
					reader.cursor = event.seq;
				}
				const taken = reader.cursor - before;
				// What a line does not take is read again when it drains: of large events a few, not a page each time.
				slot.pageSize = taken < page.length ? Math.max(LEAST_PAGE, taken * 2) : PAGE_SIZE;
				if (taken === 0) break;
			}
		} catch {
			// Tried again with the next hint or head-check.
		} finally {
			slot.isPumping = false;
		}
	}

	async function checkHeads() {
		try {
			await isNewLife();
			if (streams.size > 0) {
				const before = new Map([...streams].map(([stream, { head }]) => [stream, head]));
				const heads = await readHeads([...streams.keys()]);
				for (const [stream, seq] of heads) {
					const state = streams.get(stream);
					// A disk set back to an earlier moment: what was read there is no more.
					if (seq < (before.get(stream) ?? 0)) dismissReaders(stream);
					if (state && state.head !== null && seq > state.head) repairs += 1;
					wake(stream, seq);
				}
				for (const [stream, state] of streams) {
					for (const reader of state.readers.keys())
						if (reader.cursor < (state.head ?? 0)) void pump(stream, reader);
				}
			}
			await inbox.check();
		} catch {
			// The database is away; readiness says so, and the next check repairs what was missed.
		}
	}

	/** Looks often whether it is time, since a bus that dies must not wait for the end of a long pause. */
	function scheduleCheck(checkedAt = Date.now()) {
		if (isStopped) return;
		checkTimer = setTimeout(async () => {
			const isDue = !bus.isHealthy() || Date.now() - checkedAt >= HEAD_CHECK_MS;
			if (isDue) await checkHeads();
			scheduleCheck(isDue ? Date.now() : checkedAt);
		}, HEAD_CHECK_DEAF_MS);
		checkTimer.unref();
	}

	const lookUpHeads = gather<StreamKey, Map<StreamKey, number>>({ waitMs: GATHER_MS, work: readHeads });

	/** The newest sequences of some streams, none older than this call. */
	async function headsOf(keys: StreamKey[]): Promise<Map<StreamKey, number>> {
		const found = await Promise.all(keys.map(lookUpHeads));
		return new Map(keys.map((key, index) => [key, found[index]?.get(key) ?? 0]));
	}

	return {
		/** Begins to receive hints of other processes and to check heads. */
		async start() {
			await bus.start({
				onEnvelope: receive,
				onGap: () => {
					void checkHeads();
					inbox.tell("all");
				},
			});
			scheduleCheck();
		},
		/** Gives local readers what was committed, and sends it to other processes. */
		announce(envelope: Envelope) {
			for (const ephemeral of envelope.ephemerals) {
				// Nobody may be reading yet, but a reader who comes to this process shall see it from the start.
				if (ephemeral[1] === "ai-delta" && !streams.has(ephemeral[0])) noteDelta(ephemeral);
			}
			receive(envelope);
			bus.send(envelope);
		},
		/**
		 * Adds readers, each of its stream, and moves them forward. Subscribes before it reads, so nothing falls
		 * between.
		 * @param settle gives each reader its place, knowing the newest sequence of each stream; nothing is
		 * handed to the readers before it has ended. @returns how to take them away again.
		 */
		async subscribe(
			entries: readonly (readonly [StreamKey, Reader])[],
			settle: (heads: ReadonlyMap<StreamKey, number>) => Promise<void> | void = () => {},
		): Promise<() => void> {
			const places = entries.map(([stream, reader]) => {
				const state = streams.get(stream) ?? { head: null, heard: 0, ring: [], readers: new Map() };
				const slot: Slot = { isSettled: false, isPumping: false, pageSize: PAGE_SIZE };
				streams.set(stream, state);
				state.readers.set(reader, slot);
				return { stream, reader, state, slot };
			});
			const leave = () => {
				for (const { stream, reader, state } of places) {
					state.readers.delete(reader);
					if (state.readers.size === 0 && streams.get(stream) === state) streams.delete(stream);
				}
			};
			try {
				epoch ??= await getEpoch();
				const heads = await headsOf(entries.map(([stream]) => stream));
				await settle(heads);
				for (const { stream, reader, state, slot } of places) {
					slot.isSettled = true;
					state.head ??= reader.cursor;
					wake(stream, Math.max(state.heard, heads.get(stream) ?? 0));
					void pump(stream, reader);
				}
			} catch (error) {
				leave();
				throw error;
			}
			return leave;
		},
		/** Calls back with the sessions that changed, or "all" when that cannot be known. */
		watchInbox: inbox.watch,
		/** To be called when a reader's line drained. */
		resume(stream: StreamKey, reader: Reader) {
			void pump(stream, reader);
		},
		/** Which bus it is, whether it carries now, and if not, why; for operators. */
		busState: () => ({ kind: bus.kind, isHealthy: bus.isHealthy(), trouble: bus.trouble() }),
		/** Counts for operators and leak tests: streams held, readers, lost hints repaired by the head-check. */
		stats() {
			let readers = 0;
			for (const state of streams.values()) readers += state.readers.size;
			return { streams: streams.size, readers, inboxes: inbox.count(), repairs };
		},
		async stop() {
			isStopped = true;
			clearTimeout(checkTimer);
			await bus.stop();
		},
	};
}

export const hub = singleton("hub", () => createHub(chooseBus()));
