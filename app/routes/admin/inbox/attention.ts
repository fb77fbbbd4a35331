import type { Inbox, InboxEntry } from "#app/realtime/events.ts";

/** The key of one waiting period of a customer: a session that returns to the queue gets another key. */
export const waitKey = (entry: InboxEntry): string => `${entry.sessionId} ${entry.queuedAt ?? ""}`;

/**
 * The number of items that need an agent: unread messages in the agent's sessions, and queued sessions that the agent
 * has not opened.
 * @param opened the keys (`waitKey`) of queued sessions that the agent has opened.
 */
export function countAttention(inbox: Inbox, agentId: string, opened: ReadonlySet<string>): number {
	let count = inbox.waiting;
	for (const entry of inbox.entries) {
		if (entry.status === "queued" && opened.has(waitKey(entry))) count -= 1;
		if (entry.status === "agent" && entry.agentId === agentId) count += entry.unread;
	}
	return Math.max(0, count);
}
