import type { Inbox, InboxEntry } from "#app/realtime/events.ts";

/** Key of one wait of a customer: a session that returns to the queue gets another key. */
export const waitKey = (entry: InboxEntry): string => `${entry.sessionId} ${entry.queuedAt ?? ""}`;

/**
 * The number of things that wait for an agent: unread messages in their sessions, and queued sessions that they have
 * not opened.
 * @param opened keys (`waitKey`) of the waits that the agent has opened.
 */
export function countAttention(inbox: Inbox, agentId: string, opened: ReadonlySet<string>): number {
	let count = inbox.waiting;
	for (const entry of inbox.entries) {
		if (entry.status === "queued" && opened.has(waitKey(entry))) count -= 1;
		if (entry.status === "agent" && entry.agentId === agentId) count += entry.unread;
	}
	return Math.max(0, count);
}
