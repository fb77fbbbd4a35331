import { MOST_CHANGED, readChangedSessions } from "./log.server.ts";

/** Updates commit out of order, so the inbox looks back a little further than its last look. */
const OVERLAP_MS = 15_000;

/** Whoever shows lists of conversations: told which changed, or "all" when that cannot be known. */
export type InboxWatcher = (sessionIds: string[] | "all") => void;

/** Tells the watchers of lists what changed: at once what hints say, and at each check what hints did not. */
export function createInboxWatch() {
	const watchers = new Set<InboxWatcher>();
	let seenAt = new Date();

	function tell(sessionIds: string[] | "all") {
		for (const watcher of watchers) watcher(sessionIds);
	}

	return {
		tell,
		/** @returns how to be told no more. */
		watch(watcher: InboxWatcher): () => void {
			watchers.add(watcher);
			return () => watchers.delete(watcher);
		},
		count: () => watchers.size,
		/** Finds what changed since the last check. @throws the driver's error while the database is away. */
		async check(): Promise<void> {
			if (watchers.size === 0) return;
			const since = new Date(seenAt.getTime() - OVERLAP_MS);
			const startedAt = new Date();
			const changed = await readChangedSessions(since);
			seenAt = startedAt;
			// Of more than that only the oldest are known, so the lists are read again as a whole.
			if (changed.length >= MOST_CHANGED) tell("all");
			else if (changed.length > 0) tell(changed);
		},
	};
}
