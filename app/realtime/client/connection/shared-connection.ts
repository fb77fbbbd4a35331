import type { ChatEvent } from "../../events.ts";
import { sequencesOf } from "../history.ts";
import { createCatchUp } from "./catch-up.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { type EventConnection, openEventConnection } from "./event-connection.ts";
import type { ConnectionStatus } from "./status.ts";
import { acquireStreamSlot, areConnectionsLimited } from "./stream-slots.ts";
import { openTabChannel } from "./tab-channel.ts";
import { type TabLocks, tabLocks } from "./tab-locks.ts";
import { TIMINGS } from "./timings.ts";
import type { TransportMemory } from "./transports.ts";

export type SharedConnectionOptions = ConnectionOptions & {
	/**
	 * What tabs must have in common to share a connection: the stream, the session and the login. Null while there is
	 * nothing to read.
	 */
	shareKey: () => string | null;
	/**
	 * The ephemeral events of the state that this tab shows: a live answer, thinking, presence. A tab that opens later gets
	 * them from the leader.
	 */
	ephemeralEvents?: () => ChatEvent[];
};

/** Messages from the leader to the other tabs, and their requests. */
type TabMessage =
	| { type: "event"; id: string | null; event: ChatEvent }
	| { type: "status"; status: ConnectionStatus; cursor: string | null }
	| { type: "refused"; status: number }
	| { type: "ask" }
	| { type: "expect"; seq: number };

const DAY_MS = 86_400_000;

/** Transport memory of a tab without a stream slot: always short polling. */
const SHORT_POLL_ONLY: TransportMemory = {
	read: () => ({ transport: "short-poll", until: Date.now() + DAY_MS }),
	save: () => Date.now() + DAY_MS,
};

/** How long a tab waits for a stream slot before it starts short polling. */
const SLOT_WAIT_MS = 300;

/**
 * Tabs that show the same session share one connection. Over HTTP/1.1 a browser has six connections to a host, so six
 * tabs with a stream each could not send anything. The tab that holds a lock is the leader: it reads and posts events to
 * the others. Each tab keeps its own cursor, fetches what it lacks, and takes over when the lock is free or the leader is
 * silent. Tabs that show different sessions share the browser's stream slots; a tab without a slot uses short polling.
 * Only without any storage does each tab read for itself.
 */
export function openSharedConnection(options: SharedConnectionOptions): EventConnection {
	const locks = tabLocks();
	if (locks === null) return openEventConnection(options);
	let membership = join(options, locks);
	return {
		sync: () => membership.sync(),
		expect: (seq) => membership.expect(seq),
		reconnect() {
			// The page may show another session by now, so that it must join another group of tabs.
			if (membership.name === options.shareKey()) return membership.reconnect();
			membership.leave();
			membership = join(options, locks);
		},
		close: () => membership.leave(),
	};
}

function join(options: SharedConnectionOptions, locks: TabLocks) {
	const { timings = TIMINGS, random = Math.random } = options;
	const name = options.shareKey();
	const hasLeft = new AbortController();
	if (name === null) {
		return { name, sync: async () => true, expect() {}, reconnect() {}, leave() {} };
	}
	const lock = `mevi-line ${name}`;
	const channel = openTabChannel<TabMessage>(lock, onMessage);
	/** Set while this tab is the leader. */
	let leading: AbortController | null = null;
	/** The leader's connection, as soon as it has a slot or polls. */
	let connection: EventConnection | null = null;
	let lastStatus: ConnectionStatus = { state: "connecting", transport: "sse" };
	let leaderTimer: ReturnType<typeof setTimeout> | undefined;
	let waiting: AbortController | null = null;

	/** Fetches missing events while another tab is the leader. */
	const ownCatchUp = createCatchUp(options, hasLeft.signal);
	const post = (message: TabMessage) => channel.post(message);
	const postStatus = () =>
		post({ type: "status", status: lastStatus, cursor: options.query()?.cursor ?? null });

	const newestSequence = () => sequencesOf(options.query()?.cursor ?? null).public ?? 0;
	const hasReached = (cursor: string) => {
		const [own, theirs] = [sequencesOf(options.query()?.cursor ?? null), sequencesOf(cursor)];
		return (theirs.public ?? 0) <= (own.public ?? 0) && (theirs.internal ?? 0) <= (own.internal ?? 0);
	};

	function lead(): Promise<void> {
		if (hasLeft.signal.aborted) return Promise.resolve();
		clearTimeout(leaderTimer);
		const own = new AbortController();
		leading = own;
		// Posted at once; otherwise the other tabs would take this tab for frozen while it connects.
		postStatus();
		if (!areConnectionsLimited()) openConnection({});
		else {
			const { signal } = own;
			acquireStreamSlot({
				locks,
				signal,
				onAcquired: () => openConnection({}),
				onLost: () => openConnection({ memory: SHORT_POLL_ONLY }),
			});
			const waited = setTimeout(
				() => connection ?? openConnection({ memory: SHORT_POLL_ONLY }),
				SLOT_WAIT_MS,
			);
			signal.addEventListener("abort", () => clearTimeout(waited));
		}
		return new Promise((resolve) => own.signal.addEventListener("abort", () => resolve()));
	}

	/** Opens the leader's connection, in place of an existing one. */
	function openConnection(overrides: Pick<Partial<ConnectionOptions>, "memory">) {
		connection?.close();
		connection = openEventConnection({
			...options,
			...overrides,
			onEvent(id, event) {
				options.onEvent(id, event);
				post({ type: "event", id, event });
			},
			onStatus(status) {
				lastStatus = status;
				options.onStatus(status);
				postStatus();
			},
			onRefused(status) {
				post({ type: "refused", status });
				options.onRefused(status);
			},
		});
	}

	function stopLeading() {
		leading?.abort();
		leading = null;
		connection?.close();
		connection = null;
	}

	/** Waits for the lock, which is granted when its holder closes, crashes or releases it. */
	function waitForLock(mode: { steal?: true }) {
		waiting?.abort();
		waiting = new AbortController();
		const { signal } = waiting;
		// `steal` and `signal` exclude each other.
		locks.request(lock, mode.steal ? { steal: true } : { signal }, lead).catch(() => {
			if (signal.aborted || hasLeft.signal.aborted) return;
			// Another tab took this one for frozen and is now the leader.
			stopLeading();
			follow();
		});
	}

	function follow() {
		waitForLock({});
		expectLeader(timings.leaderSilent);
		post({ type: "ask" });
		void ownCatchUp.sync();
	}

	/** A frozen leader keeps its lock and is silent; after this time (ms) the lock is stolen. */
	function expectLeader(withinMs: number) {
		clearTimeout(leaderTimer);
		leaderTimer = setTimeout(() => waitForLock({ steal: true }), withinMs * (1 + random() / 10));
	}

	function onMessage(message: TabMessage) {
		if (message.type === "ask") {
			if (!leading) return;
			postStatus();
			for (const event of options.ephemeralEvents?.() ?? []) post({ type: "event", id: null, event });
			return;
		}
		if (message.type === "expect") return connection?.expect(message.seq);
		// Events from a former leader are still valid.
		if (leading) return;
		expectLeader(timings.leaderSilent);
		if (message.type === "refused") return options.onRefused(message.status);
		if (message.type === "status") {
			options.onStatus(message.status);
			const { cursor } = message;
			if (cursor !== null && !hasReached(cursor)) ownCatchUp.syncSoon(() => hasReached(cursor));
			return;
		}
		options.onEvent(message.id, message.event);
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
		sync: () => connection?.sync() ?? ownCatchUp.sync(),
		expect(seq: number) {
			if (leading) return connection?.expect(seq);
			post({ type: "expect", seq });
			setTimeout(() => {
				if (newestSequence() < seq && !hasLeft.signal.aborted) void ownCatchUp.sync();
			}, timings.echo);
		},
		reconnect() {
			if (leading) return connection?.reconnect();
			void ownCatchUp.sync();
			post({ type: "ask" });
			expectLeader(timings.leaderAnswer);
		},
		leave() {
			hasLeft.abort();
			waiting?.abort();
			clearTimeout(leaderTimer);
			stopLeading();
			channel.close();
		},
	};
}
