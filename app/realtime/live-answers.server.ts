import { singleton } from "#app/singleton.server.ts";
import { createBatcher } from "#db/batcher.ts";
import { sql } from "#db/client.server.ts";
import type { Ephemeral } from "./bus/bus.ts";
import { type EventData, splitStreamKey } from "./events.ts";

/**
 * The text of a live answer in this process, so that a reader who connects in the middle of the answer sees the text
 * from the start. The process knows the text that it wrote itself, or received from other processes since it started
 * to listen. Earlier text is in the turn's checkpoint, which is at most a second old.
 */
type LiveAnswer = { messageId: string; start: number; text: string; receivedAt: number };

/** A live answer without new text for this time has ended in another process, and its text is removed from memory. */
const EVICT_AFTER_MS = 120_000;
const MAX_ANSWERS = 5_000;

/** Queries for running turns that begin within this time (ms) share one statement. */
const BATCH_MS = 5;

type RunningTurn = { sessionId: string; messageId: string; partial: string };

const runningTurns = singleton("running-turns", () =>
	createBatcher<string, Map<string, RunningTurn>>({ waitMs: BATCH_MS, work: readRunningTurns }),
);

const liveAnswers = singleton("live-answers", () => new Map<string, LiveAnswer>());

/** Records a part of a live answer that this process sends or receives. */
export function recordDelta([stream, , data]: Ephemeral): void {
	const { sessionId } = splitStreamKey(stream);
	const delta = data as EventData<"ai-delta">;
	const known = liveAnswers.get(sessionId);
	if (known && known.messageId === delta.messageId && delta.offset === known.start + known.text.length) {
		known.text += delta.text;
		known.receivedAt = Date.now();
	} else if (
		!known ||
		known.messageId !== delta.messageId ||
		delta.offset === 0 ||
		delta.offset > known.start + known.text.length
	) {
		liveAnswers.delete(sessionId);
		liveAnswers.set(sessionId, {
			messageId: delta.messageId,
			start: delta.offset,
			text: delta.text,
			receivedAt: Date.now(),
		});
		if (liveAnswers.size > MAX_ANSWERS) evictOld();
	}
}

/** Ids of recently stopped answers. Text of them that is still in transit is dropped. */
const stoppedAnswerIds = singleton("stopped-answers", () => new Set<string>());
const MAX_STOPPED = 1_000;

export const isAnswerStopped = (messageId: string): boolean => stoppedAnswerIds.has(messageId);

/**
 * Stops a live answer and returns the text that its readers have seen: the text that this process received or the
 * turn's checkpoint, whichever is longer. After that this process passes on no more text of the answer, so that
 * nobody reads text that the stored message lacks; another process may still pass on the text of a few milliseconds.
 * If the caller's transaction rolls back, the rest of the answer reaches its readers together with the finished
 * message.
 */
export function stopLiveAnswer(sessionId: string, turn: { messageId: string; partial: string }): string {
	stoppedAnswerIds.add(turn.messageId);
	if (stoppedAnswerIds.size > MAX_STOPPED)
		for (const oldest of stoppedAnswerIds) {
			stoppedAnswerIds.delete(oldest);
			break;
		}
	const received = liveAnswers.get(sessionId);
	return received?.messageId === turn.messageId ? joinWithCheckpoint(received, turn.partial) : turn.partial;
}

/**
 * Joins the received text of a live answer with the turn's checkpoint, which supplies the beginning if the answer was
 * not received from its first word.
 */
function joinWithCheckpoint(received: LiveAnswer, partial: string): string {
	if (received.start === 0) return received.text;
	const joined = partial.slice(0, received.start) + received.text;
	return received.start <= partial.length && joined.length > partial.length ? joined : partial;
}

/** Removes the text of a live answer that has ended from memory. */
export function forgetAnswer(sessionId: string, messageId: string): void {
	if (liveAnswers.get(sessionId)?.messageId === messageId) liveAnswers.delete(sessionId);
}

/**
 * The text of a session's live answer from its first character. Null when there is no live answer, or its beginning
 * is not known yet (the next checkpoint, within a second, contains the beginning).
 */
export async function readLiveAnswer(sessionId: string): Promise<{ messageId: string; text: string } | null> {
	const turn = (await runningTurns(sessionId)).get(sessionId);
	if (!turn) return null;
	const received = liveAnswers.get(sessionId);
	if (!received || received.messageId !== turn.messageId) {
		return turn.partial === "" ? null : { messageId: turn.messageId, text: turn.partial };
	}
	if (received.start > turn.partial.length) return null;
	return { messageId: turn.messageId, text: joinWithCheckpoint(received, turn.partial) };
}

async function readRunningTurns(sessionIds: string[]): Promise<Map<string, RunningTurn>> {
	const rows = await sql<RunningTurn[]>`
		select * from running_turns(${JSON.stringify(sessionIds)}::text::jsonb)`;
	return new Map(rows.map((row) => [row.sessionId, row]));
}

function evictOld() {
	const before = Date.now() - EVICT_AFTER_MS;
	for (const [sessionId, answer] of liveAnswers) {
		if (answer.receivedAt < before || liveAnswers.size > MAX_ANSWERS) liveAnswers.delete(sessionId);
	}
}
