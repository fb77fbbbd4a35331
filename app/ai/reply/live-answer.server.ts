import { log } from "#app/http/log.server.ts";
import { releaseTurn, saveCheckpoint, type Turn } from "#app/models/ai-turn/ai-turn.server.ts";
import { publishEphemeral } from "#app/realtime/publish.server.ts";
import { isConnectionError } from "#db/connection-error.ts";
import { AnswerFailed } from "../answer.ts";

const CHECKPOINT_INTERVAL_MS = 1_000;
/** Time for which text is collected before it is published, so that there is not one event for each token. */
const DELTA_INTERVAL_MS = 60;
/** Interval in which the "thinking" event is published again, because the pages let it expire. */
const THINKING_REPEAT_MS = 3_000;

const runningAnswers = new Map<string, { turn: Turn; revalidate: () => void }>();

/**
 * Checks at once whether the answer that this process is writing in a session is still wanted. Called when the customer
 * writes again.
 */
export function revalidateRunningAnswer(sessionId: string): void {
	runningAnswers.get(sessionId)?.revalidate();
}

/**
 * Releases the leases of the answers that this process is writing, at shutdown. Another process then restarts the
 * answers at once, instead of after the leases expire.
 */
export async function releaseRunningTurns(): Promise<void> {
	const turns = [...runningAnswers.values()].map(({ turn }) => turn);
	await Promise.allSettled(turns.map((turn) => releaseTurn(turn, { isAttempt: false })));
}

/** Error: the turn was superseded, or another process has its lease. */
export class TurnSuperseded extends Error {}

/**
 * Error: a checkpoint could not be saved although the database is available. The answer stops and restarts as a new
 * attempt. The cause is logged where it occurs.
 */
class CheckpointFailed extends Error {}

/**
 * Publishes the text of an answer while the answer is written. Saves a checkpoint and renews the lease once a second.
 * Aborts `signal` when the lease is lost, when a checkpoint fails although the database is available, or when the answer
 * takes longer than `limitMs`.
 */
export function startLiveAnswer(turn: Turn, limitMs: number) {
	const abort = new AbortController();
	const { sessionId, messageId } = turn;
	let text = "";
	let sentLength = 0;
	let firstWordAt: Date | null = null;
	let isLeaseLost = false;
	let checkpointing: Promise<void> | null = null;
	let deltaTimer: NodeJS.Timeout | undefined;

	const publishThinking = () =>
		publishEphemeral({ sessionId, stream: "public", type: "ai-thinking", data: { on: true } });
	publishThinking();
	const thinkTimer = setInterval(() => {
		if (text === "") publishThinking();
	}, THINKING_REPEAT_MS);
	const limitTimer = setTimeout(() => abort.abort(new AnswerFailed("timeout")), limitMs);
	const checkpoint = () => {
		checkpointing ??= saveAndRenewLease().finally(() => {
			checkpointing = null;
		});
	};
	const checkpointTimer = setInterval(checkpoint, CHECKPOINT_INTERVAL_MS);
	const runningAnswer = { turn, revalidate: checkpoint };
	runningAnswers.set(sessionId, runningAnswer);

	async function saveAndRenewLease() {
		try {
			if (await saveCheckpoint(turn, text, firstWordAt)) return;
			isLeaseLost = true;
			abort.abort(new TurnSuperseded());
		} catch (error) {
			// While the database is unavailable, the answer continues. If it stays unavailable, the turn's lease expires and
			// another process answers.
			if (isConnectionError(error)) return;
			log.error({ sessionId, turn: turn.id, err: error }, "the checkpoint of an answer could not be saved");
			abort.abort(new CheckpointFailed());
		}
	}

	function publishDelta() {
		deltaTimer = undefined;
		if (sentLength === text.length || abort.signal.aborted) return;
		firstWordAt ??= new Date();
		publishEphemeral({
			sessionId,
			stream: "public",
			type: "ai-delta",
			data: { messageId, offset: sentLength, text: text.slice(sentLength) },
		});
		sentLength = text.length;
	}

	return {
		signal: abort.signal,
		isLeaseLost: () => isLeaseLost,
		firstWordAt: () => firstWordAt,
		write(piece: string, at = text.length) {
			const isRewind = at < text.length;
			text = text.slice(0, at) + piece;
			// An `ai-delta` event with offset 0 replaces the whole text on the page, as when another process restarts the
			// answer. Readers that connect now get the checkpoint, so the checkpoint must not contain the removed text.
			if (at < sentLength) sentLength = 0;
			if (isRewind) checkpoint();
			// The first text of the answer is published at once, because the customer is waiting for it.
			if (sentLength === 0) publishDelta();
			else deltaTimer ??= setTimeout(publishDelta, DELTA_INTERVAL_MS);
		},
		async stop() {
			clearInterval(thinkTimer);
			clearInterval(checkpointTimer);
			clearTimeout(limitTimer);
			clearTimeout(deltaTimer);
			// After this process lost the lease, it may have leased the turn again in another call, whose entry must stay.
			if (runningAnswers.get(sessionId) === runningAnswer) runningAnswers.delete(sessionId);
			publishDelta();
			await checkpointing;
		},
	};
}
