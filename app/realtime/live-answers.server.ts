import { singleton } from "#app/singleton.server.ts";
import { createBatcher } from "#db/batcher.ts";
import { sql } from "#db/client.server.ts";
import type { Ephemeral } from "./bus/bus.ts";
import { type EventData, splitStreamKey } from "./events.ts";

/**
 * The text of live answers, so that a reader who connects in the middle sees it from the start. This process knows the
 * text that it wrote, or received since it has listened; earlier text is in the turn's checkpoint, which is at most a
 * second old.
 */
type LiveAnswer = { messageId: string; start: number; text: string; receivedAt: number };

/** An answer without new text for this time has ended in another process. */
const EVICT_AFTER_MS = 120_000;
const MAX_ANSWERS = 5_000;

/** Look-ups that begin within this time (ms) share one statement. */
const BATCH_MS = 5;

type RunningTurn = { sessionId: string; messageId: string; partial: string };

const runningTurns = singleton("running-turns", () =>
	createBatcher<string, Map<string, RunningTurn>>({ waitMs: BATCH_MS, work: readRunningTurns }),
);

const answers = singleton("live-answers", () => new Map<string, LiveAnswer>());

/** Records a part of an answer that this process sends or receives. */
export function recordDelta([stream, , data]: Ephemeral): void {
	const { sessionId } = splitStreamKey(stream);
	const delta = data as EventData<"ai-delta">;
	const known = answers.get(sessionId);
	if (known && known.messageId === delta.messageId && delta.offset === known.start + known.text.length) {
		known.text += delta.text;
		known.receivedAt = Date.now();
	} else if (
		!known ||
		known.messageId !== delta.messageId ||
		delta.offset === 0 ||
		delta.offset > known.start + known.text.length
	) {
		answers.delete(sessionId);
		answers.set(sessionId, {
			messageId: delta.messageId,
			start: delta.offset,
			text: delta.text,
			receivedAt: Date.now(),
		});
		if (answers.size > MAX_ANSWERS) evictOld();
	}
}

/** Recently stopped answers: their text that is still in transit is dropped. */
const stopped = singleton("stopped-answers", () => new Set<string>());
const MAX_STOPPED = 1_000;

export const isStopped = (messageId: string): boolean => stopped.has(messageId);

/**
 * Stops a live answer and returns the text that its readers have seen: what this process received or the turn's
 * checkpoint, whichever is longer. From then on this process passes on no more text of it, so that nobody reads text
 * that the stored message lacks; another process may still pass on the text of a few milliseconds. If the caller's
 * transaction rolls back, the rest of the answer arrives at once with its message.
 */
export function stopLiveAnswer(sessionId: string, turn: { messageId: string; partial: string }): string {
	stopped.add(turn.messageId);
	if (stopped.size > MAX_STOPPED)
		for (const oldest of stopped) {
			stopped.delete(oldest);
			break;
		}
	const received = answers.get(sessionId);
	return received?.messageId === turn.messageId ? joinReceived(received, turn.partial) : turn.partial;
}

/** An answer that was received from its first word is complete; otherwise the checkpoint supplies the beginning. */
function joinReceived(received: LiveAnswer, partial: string): string {
	if (received.start === 0) return received.text;
	const joined = partial.slice(0, received.start) + received.text;
	return received.start <= partial.length && joined.length > partial.length ? joined : partial;
}

/** Drops the text of an answer that has ended. */
export function forgetAnswer(sessionId: string, messageId: string): void {
	if (answers.get(sessionId)?.messageId === messageId) answers.delete(sessionId);
}

/**
 * The live answer of a session from its first character. Null when there is none, or its beginning is not known yet
 * (the next checkpoint contains it, within a second).
 */
export async function readLiveAnswer(sessionId: string): Promise<{ messageId: string; text: string } | null> {
	const turn = (await runningTurns(sessionId)).get(sessionId);
	if (!turn) return null;
	const received = answers.get(sessionId);
	if (!received || received.messageId !== turn.messageId) {
		return turn.partial === "" ? null : { messageId: turn.messageId, text: turn.partial };
	}
	if (received.start > turn.partial.length) return null;
	return { messageId: turn.messageId, text: joinReceived(received, turn.partial) };
}

async function readRunningTurns(sessionIds: string[]): Promise<Map<string, RunningTurn>> {
	const rows = await sql<RunningTurn[]>`
		select * from running_turns(${JSON.stringify(sessionIds)}::text::jsonb)`;
	return new Map(rows.map((row) => [row.sessionId, row]));
}

function evictOld() {
	const before = Date.now() - EVICT_AFTER_MS;
	for (const [sessionId, answer] of answers) {
		if (answer.receivedAt < before || answers.size > MAX_ANSWERS) answers.delete(sessionId);
	}
}
