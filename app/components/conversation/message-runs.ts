import type { Message } from "#app/realtime/events.ts";

/** Maximum time between messages of one sender that are shown as one run, in milliseconds. */
export const RUN_GAP_MS = 2 * 60_000;

/** A message's position: whether it starts or ends a run of one sender, or starts a day. */
export type RunPosition = { startsRun: boolean; endsRun: boolean; startsDay: boolean };

/** The fields that decide about runs; an unacknowledged message has only these. */
type RunFields = Pick<Message, "senderType" | "senderName" | "sentAt">;

/** The position of a message that is a run by itself. */
export const SINGLE_MESSAGE_RUN: RunPosition = { startsRun: true, endsRun: true, startsDay: false };

/**
 * The position of each message in its sender's run.
 * @param messages oldest first. @param dayOf the calendar day of a time (ISO 8601) for the viewer; a new day starts a
 * new run.
 * @returns one position for each message, in the same order.
 */
export function runPositions(messages: RunFields[], dayOf: (iso: string) => number): RunPosition[] {
	const days = messages.map(({ sentAt }) => dayOf(sentAt));
	const startsDay = (index: number) => days[index] !== days[index - 1];
	const startsRun = (index: number) =>
		startsDay(index) || !continuesRun(messages[index - 1], messages[index]);
	return messages.map((_, index) => ({
		startsRun: startsRun(index),
		endsRun: index === messages.length - 1 || startsRun(index + 1),
		startsDay: startsDay(index),
	}));
}

function continuesRun(earlier: RunFields | undefined, later: RunFields | undefined): boolean {
	if (!earlier || !later) return false;
	return (
		earlier.senderType === later.senderType &&
		earlier.senderName === later.senderName &&
		Date.parse(later.sentAt) - Date.parse(earlier.sentAt) <= RUN_GAP_MS
	);
}
