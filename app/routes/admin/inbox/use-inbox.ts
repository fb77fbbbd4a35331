import { useEffect, useState } from "react";
import { openPageConnection } from "#app/realtime/client/connection/page-connection.ts";
import type { ConnectionStatus } from "#app/realtime/client/connection/status.ts";
import { createTransportMemory } from "#app/realtime/client/connection/transports.ts";
import { reloadPage } from "#app/realtime/client/forms.ts";
import type { Inbox } from "#app/realtime/events.ts";
import { arrangeInbox } from "#app/realtime/inbox-order.ts";

/**
 * Minimum milliseconds between two reloads of the inbox. A reload is needed when rows have left the list and further
 * queued sessions fit on it.
 */
const MIN_RELOAD_INTERVAL_MS = 1_000;

/**
 * The inbox rows for the page; with scripts the inbox's stream keeps them up to date.
 * @param agentId the agent who is logged in.
 * @param waitingLimit maximum number of queued sessions on the page.
 */
export function useInbox(
	initial: Inbox,
	agentId: string,
	waitingLimit: number,
): { inbox: Inbox; connection: ConnectionStatus } {
	const [inbox, setInbox] = useState(initial);
	const [connection, setConnection] = useState<ConnectionStatus>({ state: "connecting", transport: "sse" });

	// "Show more" loads the page's data again, with more inbox rows.
	useEffect(
		() => setInbox((known) => mergeInbox(known, initial, { isWhole: true, waitingLimit })),
		[initial, waitingLimit],
	);

	useEffect(() => {
		let cursor: string | null = null;
		let refill: ReturnType<typeof setTimeout> | undefined;
		let shown: Inbox | null = null;
		const pageConnection = openPageConnection({
			urls: { events: "/admin/chat/events", poll: "/admin/chat/poll", sync: "/admin/chat/sync" },
			query: (): Record<string, string> => ({
				waiting: String(waitingLimit),
				...(cursor ? { cursor } : {}),
			}),
			shareKey: () => `/admin/chat/events ${agentId} ${waitingLimit}`,
			onStatus: (next) =>
				setConnection((known) =>
					known.state === next.state && known.transport === next.transport ? known : next,
				),
			onRefused: () => void reloadPage(),
			onEvent: (id, event) => {
				if (event.type !== "inbox") return;
				// The cursor of a poll names the rows that the poll returned, so each later event replaces the stored cursor.
				cursor = id;
				const { isWhole, ...rows } = event.data;
				setInbox((known) => {
					shown = mergeInbox(known, rows, { isWhole, waitingLimit });
					return shown;
				});
				if (isWhole) return;
				refill ??= setTimeout(() => {
					refill = undefined;
					if (shown && hasRoomForQueued(shown, waitingLimit)) void pageConnection.sync();
				}, MIN_RELOAD_INTERVAL_MS);
			},
			memory: createTransportMemory(() => localStorage),
		});
		return () => {
			clearTimeout(refill);
			pageConnection.close();
		};
	}, [agentId, waitingLimit]);
	return { inbox, connection };
}

/** Whether the list has fewer queued sessions than it could show, so that more must be loaded. */
function hasRoomForQueued({ entries, waiting }: Inbox, waitingLimit: number): boolean {
	const shown = entries.filter((entry) => entry.status === "queued").length;
	return shown < Math.min(waiting, waitingLimit);
}

/** Replaces inbox rows by newer versions of equal sessions and sorts the list. Exported for its test. */
export function mergeInbox(
	known: Inbox,
	received: Inbox,
	{ isWhole, waitingLimit }: { isWhole: boolean; waitingLimit: number },
): Inbox {
	// A complete list decides which rows exist. One of its rows may still be older than the row that the stream sent.
	const listed = new Set(received.entries.map((entry) => entry.sessionId));
	const kept = isWhole ? known.entries.filter((entry) => listed.has(entry.sessionId)) : known.entries;
	const rows = new Map(kept.map((entry) => [entry.sessionId, entry]));
	for (const entry of received.entries) {
		const before = rows.get(entry.sessionId);
		if (!before || before.version <= entry.version) rows.set(entry.sessionId, entry);
	}
	const entries = arrangeInbox([...rows.values()], { waitingLimit, now: Date.now() });
	return { entries, waiting: received.waiting };
}
