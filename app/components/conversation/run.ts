import type { Message } from "#app/realtime/events.ts";

/** Messages of one sender no further apart than this are read as one, with one time under them. */
export const RUN_GAP_MS = 2 * 60_000;

/** Where a message stands among its neighbours: whether it begins a run of one sender, and whether it ends it. */
export type RunPlace = { startsRun: boolean; endsRun: boolean };

/** What decides it; messages that are still on their way have no more than this. */
type Spoken = Pick<Message, "senderType" | "senderName" | "sentAt">;

/** A message that is a run of its own. */
export const ALONE: RunPlace = { startsRun: true, endsRun: true };

/**
 * Where each message stands in the run of its sender.
 * @param messages oldest first.
 * @returns one place for each message, in the same order.
 */
export function placesInRuns(messages: Spoken[]): RunPlace[] {
	return messages.map((message, index) => ({
		startsRun: !continues(messages[index - 1], message),
		endsRun: !continues(message, messages[index + 1]),
	}));
}

function continues(earlier: Spoken | undefined, later: Spoken | undefined): boolean {
	if (!earlier || !later) return false;
	return (
		earlier.senderType === later.senderType &&
		earlier.senderName === later.senderName &&
		Date.parse(later.sentAt) - Date.parse(earlier.sentAt) <= RUN_GAP_MS
	);
}
