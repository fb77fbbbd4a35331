import { useEffect, useState } from "react";
import { type LineState, openEventLine } from "#app/realtime/client/event-source.ts";
import { reloadPage } from "#app/realtime/client/forms.ts";
import type { InboxEntry } from "#app/realtime/events.ts";

/** Order of the list: who waits, then what agents have, then the assistant's, then what has ended. */
const STATUS_ORDER: InboxEntry["status"][] = ["queued", "agent", "assistant", "ended"];
const PRIORITY_ORDER: InboxEntry["priority"][] = ["urgent", "high", "normal", "low"];

/** The agents' list, kept up to date by its stream once scripts run. */
export function useInbox(initial: InboxEntry[]): { entries: InboxEntry[]; line: LineState } {
	const [entries, setEntries] = useState(initial);
	const [line, setLine] = useState<LineState>("connecting");
	useEffect(() => {
		const eventLine = openEventLine({
			address: () => "/admin/chat/events",
			onState: setLine,
			onRefused: reloadPage,
			onEvent: (_id, event) => {
				if (event.type !== "inbox") return;
				setLine("live");
				const { entries: news, isWhole } = event.data;
				setEntries((known) => mergeInbox(known, news, isWhole));
			},
		});
		return () => eventLine.close();
	}, []);
	return { entries, line };
}

/** Puts lines in place of older ones of the same conversation, in the order agents work. Exported for its test. */
export function mergeInbox(known: InboxEntry[], news: InboxEntry[], isWhole: boolean): InboxEntry[] {
	const lines = new Map((isWhole ? [] : known).map((entry) => [entry.sessionId, entry]));
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
