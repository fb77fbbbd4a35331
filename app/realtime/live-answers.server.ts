import { singleton } from "#app/singleton.server.ts";
import { sql } from "#db/client.server.ts";
import { gather } from "#db/gather.ts";
import type { Ephemeral } from "./bus/bus.ts";
import { type EventData, splitStreamKey } from "./events.ts";

/**
 * The words of answers in the making, so that a reader who comes in the middle sees them from the start.
 * This process knows what it wrote or heard since it began to listen; what came before is in the turn's
 * checkpoint, at most a second old.
 */
type LiveAnswer = { messageId: string; start: number; text: string; heardAt: number };

/** An answer nobody added to for this long has ended elsewhere. */
const FORGET_AFTER_MS = 120_000;
const MOST_KEPT = 5_000;

/** Readers who come within this long of each other are looked up in one statement. */
const GATHER_MS = 5;

type RunningTurn = { sessionId: string; messageId: string; partial: string };

const runningTurns = singleton("running-turns", () =>
	gather<string, Map<string, RunningTurn>>({ waitMs: GATHER_MS, work: readRunningTurns }),
);

const answers = singleton("live-answers", () => new Map<string, LiveAnswer>());

/** Remembers a piece of an answer as it passes. */
export function noteDelta([stream, , data]: Ephemeral): void {
	const { sessionId } = splitStreamKey(stream);
	const delta = data as EventData<"ai-delta">;
	const known = answers.get(sessionId);
	if (known && known.messageId === delta.messageId && delta.offset === known.start + known.text.length) {
		known.text += delta.text;
		known.heardAt = Date.now();
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
			heardAt: Date.now(),
		});
		if (answers.size > MOST_KEPT) forgetOld();
	}
}

/** Answers that were stopped lately: words of theirs that are still on the way are dropped. */
const stopped = singleton("stopped-answers", () => new Set<string>());
const MOST_STOPPED = 1_000;

export const isStopped = (messageId: string): boolean => stopped.has(messageId);

/**
 * The words of a running answer that its readers have seen: what was heard here or the turn's checkpoint,
 * whichever is longer. From here on this process passes on no more of them, so that nobody reads words that the
 * kept message lacks; another process may still pass on those of a few milliseconds. If the caller's transaction
 * rolls back, the rest of the answer arrives at once with its message.
 */
export function stopLiveAnswer(sessionId: string, turn: { messageId: string; partial: string }): string {
	stopped.add(turn.messageId);
	if (stopped.size > MOST_STOPPED)
		for (const oldest of stopped) {
			stopped.delete(oldest);
			break;
		}
	const heard = answers.get(sessionId);
	return heard?.messageId === turn.messageId ? joinHeard(heard, turn.partial) : turn.partial;
}

/** An answer heard from its first word on is complete; a checkpoint fills in what came before. */
function joinHeard(heard: LiveAnswer, partial: string): string {
	if (heard.start === 0) return heard.text;
	const joined = partial.slice(0, heard.start) + heard.text;
	return heard.start <= partial.length && joined.length > partial.length ? joined : partial;
}

/** Drops what is known of an answer; it ended. */
export function forgetAnswer(sessionId: string, messageId: string): void {
	if (answers.get(sessionId)?.messageId === messageId) answers.delete(sessionId);
}

/**
 * The running answer of a session from its first letter, or null when there is none or its beginning is not
 * known yet (the next checkpoint, within a second, brings it).
 */
export async function readLiveAnswer(sessionId: string): Promise<{ messageId: string; text: string } | null> {
	const turn = (await runningTurns(sessionId)).get(sessionId);
	if (!turn) return null;
	const heard = answers.get(sessionId);
	if (!heard || heard.messageId !== turn.messageId) {
		return turn.partial === "" ? null : { messageId: turn.messageId, text: turn.partial };
	}
	if (heard.start > turn.partial.length) return null;
	return { messageId: turn.messageId, text: joinHeard(heard, turn.partial) };
}

async function readRunningTurns(sessionIds: string[]): Promise<Map<string, RunningTurn>> {
	const rows = await sql<RunningTurn[]>`
		select session_id as "sessionId", message_id as "messageId", partial from ai_turns
		where state = 'running' and session_id in
			(select value::uuid from jsonb_array_elements_text(${JSON.stringify(sessionIds)}::text::jsonb))`;
	return new Map(rows.map((row) => [row.sessionId, row]));
}

function forgetOld() {
	const before = Date.now() - FORGET_AFTER_MS;
	for (const [sessionId, answer] of answers) {
		if (answer.heardAt < before || answers.size > MOST_KEPT) answers.delete(sessionId);
	}
}
