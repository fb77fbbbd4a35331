import type { ChatEvent } from "../../events.ts";
import { placeOf } from "../history.ts";
import { createCatchUp } from "./catch-up.ts";
import { type EventLine, type LineOptions, openEventLine } from "./event-line.ts";
import { PACE } from "./pace.ts";
import type { RungMemory } from "./rungs.ts";
import type { LineStatus } from "./status.ts";
import { areConnectionsFew, askForPlace } from "./stream-places.ts";
import { openTabChannel } from "./tab-channel.ts";
import { type TabLocks, tabLocks } from "./tab-locks.ts";

export type SharedLineOptions = LineOptions & {
	/**
	 * What tabs must have in common to read by one line: the stream, the session and the login. Null while there
	 * is nothing to read.
	 */
	shareAs: () => string | null;
	/**
	 * What this tab shows and no log holds: the words of an answer being written, who types, who is here. A tab
	 * that comes later than those were told is told them again.
	 */
	passing?: () => ChatEvent[];
};

/** What the tab that reads tells the others, and what they ask it. */
type Word =
	| { type: "event"; id: string | null; event: ChatEvent }
	| { type: "status"; status: LineStatus; cursor: string | null }
	| { type: "refused"; status: number }
	| { type: "ask" }
	| { type: "expect"; seq: number };

const A_DAY_MS = 86_400_000;

/** Asks every few seconds, and thinks of nothing better. */
const ASKING: RungMemory = {
	read: () => ({ rung: "short-poll", until: Date.now() + A_DAY_MS }),
	keep: () => Date.now() + A_DAY_MS,
};

/** How long a tab waits for a place for its stream before it begins to ask every few seconds. */
const PLACE_WITHIN_MS = 300;

/**
 * One line for all tabs of a browser that show the same: over HTTP/1.1 a browser has six connections to a
 * site, and six tabs with a stream each could not send a word. The tab that holds a lock reads and tells the
 * others; each tab keeps its own place, fetches what it lacks, and takes over when the lock comes free or its
 * holder has fallen silent. Tabs that show different things share the browser's places for streams: who has none
 * asks every few seconds. Only without any storage does each tab read for itself.
 */
export function openSharedLine(options: SharedLineOptions): EventLine {
	const locks = tabLocks();
	if (locks === null) return openEventLine(options);
	let membership = join(options, locks);
	return {
		sync: () => membership.sync(),
		expect: (seq) => membership.expect(seq),
		reconnect() {
			// Shown again after being away, or showing something else: by now the share may be another one.
			if (membership.name === options.shareAs()) return membership.reconnect();
			membership.leave();
			membership = join(options, locks);
		},
		close: () => membership.leave(),
	};
}

function join(options: SharedLineOptions, locks: TabLocks) {
	const { pace = PACE, random = Math.random } = options;
	const name = options.shareAs();
	const hasLeft = new AbortController();
	if (name === null) {
		return { name, sync: async () => true, expect() {}, reconnect() {}, leave() {} };
	}
	const lock = `mevi-line ${name}`;
	const channel = openTabChannel<Word>(lock, hear);
	/** While this tab reads for all. */
	let leading: AbortController | null = null;
	/** The line itself, as soon as there is a place for it. */
	let line: EventLine | null = null;
	let lastStatus: LineStatus = { state: "connecting", transport: "sse" };
	let silence: ReturnType<typeof setTimeout> | undefined;
	let waiting: AbortController | null = null;

	/** Fetches what this tab lacks, for as long as another one reads. */
	const own = createCatchUp(options, hasLeft.signal);
	const say = (word: Word) => channel.say(word);
	const sayStatus = () =>
		say({ type: "status", status: lastStatus, cursor: options.place()?.cursor ?? null });

	const newest = () => placeOf(options.place()?.cursor ?? null).public ?? 0;
	const hasReached = (cursor: string) => {
		const [mine, theirs] = [placeOf(options.place()?.cursor ?? null), placeOf(cursor)];
		return (theirs.public ?? 0) <= (mine.public ?? 0) && (theirs.internal ?? 0) <= (mine.internal ?? 0);
	};

	function lead(): Promise<void> {
		if (hasLeft.signal.aborted) return Promise.resolve();
		clearTimeout(silence);
		const mine = new AbortController();
		leading = mine;
		// At once, or the others would take this tab for frozen too while it connects.
		sayStatus();
		if (!areConnectionsFew()) read({});
		else {
			const { signal } = mine;
			askForPlace({ locks, signal, onHave: () => read({}), onLost: () => read({ memory: ASKING }) });
			const waited = setTimeout(() => line ?? read({ memory: ASKING }), PLACE_WITHIN_MS);
			signal.addEventListener("abort", () => clearTimeout(waited));
		}
		return new Promise((resolve) => mine.signal.addEventListener("abort", () => resolve()));
	}

	/** Reads for all tabs, in place of how this one has read so far. */
	function read(way: Pick<Partial<LineOptions>, "memory">) {
		line?.close();
		line = openEventLine({
			...options,
			...way,
			onEvent(id, event) {
				options.onEvent(id, event);
				say({ type: "event", id, event });
			},
			onStatus(status) {
				lastStatus = status;
				options.onStatus(status);
				sayStatus();
			},
			onRefused(status) {
				say({ type: "refused", status });
				options.onRefused(status);
			},
		});
	}

	function stopLeading() {
		leading?.abort();
		leading = null;
		line?.close();
		line = null;
	}

	/** Waits for the lock, which comes when the tab that has it is closed, crashes or lets go. */
	function queue(mode: { steal?: true }) {
		waiting?.abort();
		waiting = new AbortController();
		const { signal } = waiting;
		// A stolen lock is asked for without a signal: the two exclude each other.
		locks.request(lock, mode.steal ? { steal: true } : { signal }, lead).catch(() => {
			if (signal.aborted || hasLeft.signal.aborted) return;
			// Another tab took this one for frozen, and reads now.
			stopLeading();
			follow();
		});
	}

	function follow() {
		queue({});
		expectWords(pace.leaderSilent);
		say({ type: "ask" });
		void own.sync();
	}

	/** A reading tab that is frozen keeps its lock and says nothing; after this long it is taken from it. */
	function expectWords(withinMs: number) {
		clearTimeout(silence);
		silence = setTimeout(() => queue({ steal: true }), withinMs * (1 + random() / 10));
	}

	function hear(word: Word) {
		if (word.type === "ask") {
			if (!leading) return;
			sayStatus();
			for (const event of options.passing?.() ?? []) say({ type: "event", id: null, event });
			return;
		}
		if (word.type === "expect") return line?.expect(word.seq);
		// What a tab says that was robbed of the lock and does not know it yet is as good as any.
		if (leading) return;
		expectWords(pace.leaderSilent);
		if (word.type === "refused") return options.onRefused(word.status);
		if (word.type === "status") {
			options.onStatus(word.status);
			const { cursor } = word;
			if (cursor !== null && !hasReached(cursor)) own.syncSoon(() => hasReached(cursor));
			return;
		}
		options.onEvent(word.id, word.event);
	}

	locks
		.request(lock, { ifAvailable: true }, (held) => {
			if (held) return lead();
			if (!hasLeft.signal.aborted) follow();
			return undefined;
		})
		.catch(() => {
			if (hasLeft.signal.aborted) return;
			stopLeading();
			follow();
		});

	return {
		name,
		sync: () => line?.sync() ?? own.sync(),
		expect(seq: number) {
			if (leading) return line?.expect(seq);
			say({ type: "expect", seq });
			setTimeout(() => {
				if (newest() < seq && !hasLeft.signal.aborted) void own.sync();
			}, pace.echo);
		},
		reconnect() {
			if (leading) return line?.reconnect();
			void own.sync();
			say({ type: "ask" });
			expectWords(pace.leaderAnswer);
		},
		leave() {
			hasLeft.abort();
			waiting?.abort();
			clearTimeout(silence);
			stopLeading();
			channel.close();
		},
	};
}
