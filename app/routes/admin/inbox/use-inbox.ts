import { useEffect, useState } from "react";
import { openPageConnection } from "#app/realtime/client/connection/page-connection.ts";
import type { ConnectionStatus } from "#app/realtime/client/connection/status.ts";
import { createTransportMemory } from "#app/realtime/client/connection/transports.ts";
import { reloadPage } from "#app/realtime/client/forms.ts";
import type { Inbox } from "#app/realtime/events.ts";
import { arrangeInbox } from "#app/realtime/inbox-order.ts";

/** Changes come in batches; the list is read again at most this often when it has room for waiting customers. */
const REFILL_MS = 1_000;

/**
 * The agents' list, kept up to date by its stream once scripts run.
 * @param agentId whose page it is. @param waitingLimit most waiting customers that the page shows.
 */
export function useInbox(
	initial: Inbox,
	agentId: string,
	waitingLimit: number,
): { inbox: Inbox; line: ConnectionStatus } {
	const [inbox, setInbox] = useState(initial);
	const [line, setLine] = useState<ConnectionStatus>({ state: "connecting", transport: "sse" });

	// "Show more" loads the page's data again, with more rows.
	useEffect(
		() => setInbox((known) => mergeInbox(known, initial, { isWhole: true, waitingLimit })),
		[initial, waitingLimit],
	);

	useEffect(() => {
		let cursor: string | null = null;
		let refill: ReturnType<typeof setTimeout> | undefined;
		let shown: Inbox | null = null;
		const pageLine = openPageConnection({
			urls: { events: "/admin/chat/events", poll: "/admin/chat/poll", sync: "/admin/chat/sync" },
			query: (): Record<string, string> => ({
				waiting: String(waitingLimit),
				...(cursor ? { cursor } : {}),
			}),
			shareKey: () => `/admin/chat/events ${agentId} ${waitingLimit}`,
			onStatus: (next) =>
				setLine((known) => (known.state === next.state && known.transport === next.transport ? known : next)),
			onRefused: () => void reloadPage(),
			onEvent: (id, event) => {
				if (event.type !== "inbox") return;
				// A poll's answer names what it showed; a stream's next change makes that out of date.
				cursor = id;
				const { isWhole, ...news } = event.data;
				setInbox((known) => {
					shown = mergeInbox(known, news, { isWhole, waitingLimit });
					return shown;
				});
				if (isWhole) return;
				refill ??= setTimeout(() => {
					refill = undefined;
					if (shown && lacksWaiting(shown, waitingLimit)) void pageLine.sync();
				}, REFILL_MS);
			},
			memory: createTransportMemory(() => localStorage),
		});
		return () => {
			clearTimeout(refill);
			pageLine.close();
		};
	}, [agentId, waitingLimit]);
	return { inbox, line };
}

/** Whether waiting customers beyond the known rows have moved up into the part of the list that is shown. */
function lacksWaiting({ entries, waiting }: Inbox, waitingLimit: number): boolean {
	const shown = entries.filter((entry) => entry.status === "queued").length;
	return shown < Math.min(waiting, waitingLimit);
}

/** Replaces rows by newer ones of the same sessions and arranges the list. Exported for its test. */
export function mergeInbox(
	known: Inbox,
	news: Inbox,
	{ isWhole, waitingLimit }: { isWhole: boolean; waitingLimit: number },
): Inbox {
	// A whole list says which rows there are; a row may still be older than one that came meanwhile.
	const listed = new Set(news.entries.map((entry) => entry.sessionId));
	const kept = isWhole ? known.entries.filter((entry) => listed.has(entry.sessionId)) : known.entries;
	const rows = new Map(kept.map((entry) => [entry.sessionId, entry]));
	for (const entry of news.entries) {
		const before = rows.get(entry.sessionId);
		if (!before || before.version <= entry.version) rows.set(entry.sessionId, entry);
	}
	const entries = arrangeInbox([...rows.values()], { waitingLimit, now: Date.now() });
	return { entries, waiting: news.waiting };
}
