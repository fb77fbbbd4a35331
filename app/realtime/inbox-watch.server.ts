import { MAX_CHANGED_SESSIONS, readChangedSessions } from "./log.server.ts";

/**
 * Each check for changed sessions also covers this time before the last check, because updates do not commit in the
 * order of their timestamps.
 */
const OVERLAP_MS = 15_000;

/** A function that receives the ids of the sessions that changed, or "all" when the ids are not known. */
export type InboxWatcher = (sessionIds: string[] | "all") => void;

/**
 * Notifies inbox watchers of changed sessions: immediately after a wake-up, and in a periodic check that finds the
 * changes whose wake-up was lost.
 */
export function createInboxWatch() {
	const watchers = new Set<InboxWatcher>();
	let checkedAt = new Date();

	function notifyWatchers(sessionIds: string[] | "all") {
		for (const watcher of watchers) watcher(sessionIds);
	}

	return {
		notifyWatchers,
		/** @returns a function that removes the watcher. */
		watch(watcher: InboxWatcher): () => void {
			watchers.add(watcher);
			return () => watchers.delete(watcher);
		},
		count: () => watchers.size,
		/** Finds sessions that changed since the last check. @throws the driver's error while the database cannot be reached. */
		async check(): Promise<void> {
			if (watchers.size === 0) return;
			const since = new Date(checkedAt.getTime() - OVERLAP_MS);
			const startedAt = new Date();
			const changed = await readChangedSessions(since);
			checkedAt = startedAt;
			// The limit of changed sessions is reached, so others may have changed too: the inbox lists are read again as a
			// whole.
			if (changed.length >= MAX_CHANGED_SESSIONS) notifyWatchers("all");
			else if (changed.length > 0) notifyWatchers(changed);
		},
	};
}
