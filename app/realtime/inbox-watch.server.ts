import { CHANGED_LIMIT, readChangedSessions } from "./log.server.ts";

/** Updates commit out of order, so each check looks back a little further than the last one. */
const OVERLAP_MS = 15_000;

/** Receives the sessions that changed, or "all" when they are not known. */
export type InboxWatcher = (sessionIds: string[] | "all") => void;

/** Notifies inbox watchers of changes: at once on wake-ups, and at each check of what wake-ups missed. */
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
			// The limit is reached, so there may be more: the lists are read again as a whole.
			if (changed.length >= CHANGED_LIMIT) notifyWatchers("all");
			else if (changed.length > 0) notifyWatchers(changed);
		},
	};
}
