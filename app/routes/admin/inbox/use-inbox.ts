import { useEffect, useState } from "react";
import { reloadPage } from "#app/realtime/client/forms.ts";
import { openPageLine } from "#app/realtime/client/line/page-line.ts";
import { createRungMemory } from "#app/realtime/client/line/rungs.ts";
import type { LineStatus } from "#app/realtime/client/line/status.ts";
import type { InboxEntry } from "#app/realtime/events.ts";

/** Order of the list: who waits, then what agents have, then the assistant's, then what has ended. */
const STATUS_ORDER: InboxEntry["status"][] = ["queued", "agent", "assistant", "ended"];
const PRIORITY_ORDER: InboxEntry["priority"][] = ["urgent", "high", "normal", "low"];

/** The agents' list, kept up to date by its stream once scripts run. @param agentId whose page it is. */
export function useInbox(
	initial: InboxEntry[],
	agentId: string,
): { entries: InboxEntry[]; line: LineStatus } {
	const [entries, setEntries] = useState(initial);
	const [line, setLine] = useState<LineStatus>({ state: "connecting", transport: "sse" });
	useEffect(() => {
		let cursor: string | null = null;
		const pageLine = openPageLine({
			ways: { events: "/admin/chat/events", poll: "/admin/chat/poll", sync: "/admin/chat/sync" },
			place: (): Record<string, string> => (cursor ? { cursor } : {}),
			shareAs: () => `/admin/chat/events ${agentId}`,
			onStatus: (next) =>
				setLine((known) => (known.state === next.state && known.transport === next.transport ? known : next)),
			onRefused: () => void reloadPage(),
			onEvent: (id, event) => {
				if (event.type !== "inbox") return;
				// A poll's answer names what it showed; a stream's next change makes that out of date.
				cursor = id;
				const { entries: news, isWhole } = event.data;
				setEntries((known) => mergeInbox(known, news, isWhole));
			},
			memory: createRungMemory(() => localStorage),
		});
		return () => pageLine.close();
	}, [agentId]);
	return { entries, line };
}

/** Puts lines in place of older ones of the same conversation, in the order agents work. Exported for its test. */
export function mergeInbox(known: InboxEntry[], news: InboxEntry[], isWhole: boolean): InboxEntry[] {
	// A whole list says what is there; its lines may still be older than ones that came meanwhile.
	const there = new Set(news.map((entry) => entry.sessionId));
	const kept = isWhole ? known.filter((entry) => there.has(entry.sessionId)) : known;
	const lines = new Map(kept.map((entry) => [entry.sessionId, entry]));
	for (const entry of news) {
		const before = lines.get(entry.sessionId);
		if (!before || before.version <= entry.version) lines.set(entry.sessionId, entry);
	}
	return [...lines.values()].sort(
		(a, b) =>
			STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status) ||
			PRIORITY_ORDER.indexOf(a.priority) - PRIORITY_ORDER.indexOf(b.priority) ||
			moment(a) - moment(b),
	);
}

/** Who has waited longest comes first; among the others, whoever wrote last. */
function moment(entry: InboxEntry): number {
	if (entry.status === "queued") return Date.parse(entry.queuedAt ?? entry.startedAt);
	return -Date.parse(entry.lastMessageAt ?? entry.startedAt);
}
