import type { ChatEvent } from "../../events.ts";
import { sequencesOf } from "../history.ts";
import { createCatchUp } from "./catch-up.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { type EventConnection, openEventConnection } from "./event-connection.ts";
import type { ConnectionStatus } from "./status.ts";
import { acquireStreamSlot, areConnectionsLimited } from "./stream-slots.ts";
import { openTabChannel } from "./tab-channel.ts";
import { type TabLocks, tabLocks } from "./tab-locks.ts";
import { CONNECTION_TIMINGS } from "./timings.ts";
import type { TransportMemory } from "./transports.ts";

export type SharedConnectionOptions = ConnectionOptions & {
	/**
	 * Name of the group of tabs that share a connection: the tabs of a group have the same stream, session and login.
	 * Null while there is nothing to read.
	 */
	shareKey: () => string | null;
	/**
	 * Ephemeral events that describe what this tab shows now: a live answer, "thinking", presence. A tab that opens
	 * later gets them from the leader.
	 */
	ephemeralEvents?: () => ChatEvent[];
};

/** Messages from the leader to the other tabs, and requests of the other tabs to the leader. */
type TabMessage =
	| { type: "event"; id: string | null; event: ChatEvent }
	| { type: "status"; status: ConnectionStatus; cursor: string | null }
	| { type: "refused"; status: number }
	| { type: "ask" }
	| { type: "expect"; seq: number };

const DAY_MS = 86_400_000;

/** Remembered transport of a tab without a stream slot, which is always short polling. */
const SHORT_POLL_ONLY: TransportMemory = {
	read: () => ({ transport: "short-poll", until: Date.now() + DAY_MS }),
	save: () => Date.now() + DAY_MS,
};

/** How long a tab waits for a stream slot before it starts short polling. */
const SLOT_WAIT_MS = 300;

/**
 * Opens a connection that all tabs of a browser that show the same session share. Over HTTP/1.1 a browser has six
 * connections to a host, so six tabs with a stream each could not send anything. The tab that holds the group's lock
 * is the leader: it reads events and posts them to the other tabs. Each tab keeps its own cursor, fetches the events
 * that it lacks, and becomes the leader when the lock is free or the leader is silent. Tabs that show different
 * sessions share the browser's stream slots; a tab without a slot uses short polling. In a browser without any
 * storage, each tab reads for itself.
 */
export function openSharedConnection(options: SharedConnectionOptions): EventConnection {
	const locks = tabLocks();
	if (locks === null) return openEventConnection(options);
	let membership = joinSharedConnection(options, locks);
	return {
		sync: () => membership.sync(),
		expect: (seq) => membership.expect(seq),
		reconnect() {
			// The page may show another session by now, and must then join another group of tabs.
			if (membership.name === options.shareKey()) return membership.reconnect();
			membership.leave();
			membership = joinSharedConnection(options, locks);
		},
		close: () => membership.leave(),
	};
}

function joinSharedConnection(options: SharedConnectionOptions, locks: TabLocks) {
	const { timings = CONNECTION_TIMINGS, random = Math.random } = options;
	const name = options.shareKey();
	const hasLeft = new AbortController();
	if (name === null) {
		return { name, sync: async () => true, expect() {}, reconnect() {}, leave() {} };
	}
	const lock = `mevi-line ${name}`;
	const channel = openTabChannel<TabMessage>(lock, onMessage);
	/** Set while this tab is the leader. */
	let leading: AbortController | null = null;
	/** This tab's connection while it is the leader; set as soon as the tab has a stream slot or polls. */
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
		// The new leader posts its state immediately, because otherwise the other tabs would think that it is frozen
		// while it connects.
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

	/** Opens the leader's connection, and closes an existing one. */
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

	/** Waits for the lock of the leader, which is granted when the holding tab closes, crashes or releases the lock. */
	function waitForLock(mode: { steal?: true }) {
		waiting?.abort();
		waiting = new AbortController();
		const { signal } = waiting;
		// Web Locks do not allow `steal` and `signal` in the same request.
		locks.request(lock, mode.steal ? { steal: true } : { signal }, lead).catch(() => {
			if (signal.aborted || hasLeft.signal.aborted) return;
			// Another tab stole the lock, because this tab seemed frozen, and is now the leader.
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

	/** A frozen leader keeps its lock and is silent. After a silence of this length (ms) another tab steals the lock. */
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
		// Events from a former leader are accepted, because they are still valid.
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
