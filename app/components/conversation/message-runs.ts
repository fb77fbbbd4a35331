import type { Message } from "#app/realtime/events.ts";

/** Maximum milliseconds between two messages of one sender that are shown together as one run. */
export const RUN_GAP_MS = 2 * 60_000;

/**
 * A message's position in a run (consecutive messages of one sender): whether the message starts the run, ends the run,
 * or is the first of its day.
 */
export type RunPosition = { startsRun: boolean; endsRun: boolean; startsDay: boolean };

/** The message fields that decide about runs; a message that the server has not acknowledged has only these fields. */
type RunFields = Pick<Message, "senderType" | "senderName" | "sentAt">;

/**
 * The position of each message in a run of messages of one sender.
 * @param messages oldest first.
 * @param dayOf returns the calendar day of a time (ISO 8601) for the viewer; a new day starts a new run.
 * @returns one position for each message, in the order of the messages.
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
