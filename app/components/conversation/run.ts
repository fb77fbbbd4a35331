import type { Message } from "#app/realtime/events.ts";

/** Messages of one sender no further apart than this are read as one, with one time under them. */
export const RUN_GAP_MS = 2 * 60_000;

/** Where a message stands among its neighbours: whether it begins or ends a run of one sender, or begins a day. */
export type RunPlace = { startsRun: boolean; endsRun: boolean; startsDay: boolean };

/** What decides it; messages that are still on their way have no more than this. */
type Spoken = Pick<Message, "senderType" | "senderName" | "sentAt">;

/** A message that is a run of its own. */
export const ALONE: RunPlace = { startsRun: true, endsRun: true, startsDay: false };

/**
 * Where each message stands in the run of its sender.
 * @param messages oldest first.
 * @param dayOf the calendar day of a moment (ISO 8601) for the reader; a new day begins a new run.
 * @returns one place for each message, in the same order.
 */
export function placesInRuns(messages: Spoken[], dayOf: (iso: string) => number): RunPlace[] {
	const days = messages.map(({ sentAt }) => dayOf(sentAt));
	const startsDay = (index: number) => days[index] !== days[index - 1];
	const startsRun = (index: number) => startsDay(index) || !continues(messages[index - 1], messages[index]);
	return messages.map((_, index) => ({
		startsRun: startsRun(index),
		endsRun: index === messages.length - 1 || startsRun(index + 1),
		startsDay: startsDay(index),
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
