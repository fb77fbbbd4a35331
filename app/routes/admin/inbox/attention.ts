import type { Inbox, InboxEntry } from "#app/realtime/events.ts";

/** One wait of one customer; a conversation that comes back to the queue is another one. */
export const waitKey = (entry: InboxEntry): string => `${entry.sessionId} ${entry.queuedAt ?? ""}`;

/**
 * How many things wait for an agent: unread messages in their own conversations, and waiting customers whose
 * conversation they have not opened yet.
 * @param opened keys (`waitKey`) of the waits whose conversation the agent has opened.
 */
export function countAttention(inbox: Inbox, agentId: string, opened: ReadonlySet<string>): number {
	let count = inbox.waiting;
	for (const entry of inbox.entries) {
		if (entry.status === "queued" && opened.has(waitKey(entry))) count -= 1;
		if (entry.status === "agent" && entry.agentId === agentId) count += entry.unread;
	}
	return Math.max(0, count);
}
