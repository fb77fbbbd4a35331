import { checkpointTurn, releaseTurn, type Turn } from "#app/models/ai-turn/ai-turn.server.ts";
import { publishEphemeral } from "#app/realtime/publish.server.ts";
import { AnswerFailed } from "../answer.ts";

const CHECKPOINT_MS = 1_000;
/** Words are gathered this long before they are sent: one event instead of one a token. */
const DELTA_MS = 60;
/** "Thinking" is told again while it lasts, because its readers let it expire. */
const THINKING_MS = 3_000;

const underWay = new Map<string, { turn: Turn; recheck: () => void }>();

/** Looks at once whether the answer under way here is still wanted; for when the customer has written more. */
export function recheckAnswer(sessionId: string): void {
	underWay.get(sessionId)?.recheck();
}

/**
 * Gives back the leases of the answers under way here, when the process is to end: another one begins them
 * again at once, instead of after the lease has run out.
 */
export async function releaseAnswers(): Promise<void> {
	await Promise.allSettled([...underWay.values()].map(({ turn }) => releaseTurn(turn, { isAttempt: false })));
}

/** Somebody else has the turn now, or it is not wanted any more. */
export class Superseded extends Error {}

/**
 * Sends words as they come, keeps a checkpoint each second with the lease, and stops the work when the turn
 * is lost or takes longer than `limitMs`.
 */
export function startWriting(turn: Turn, limitMs: number) {
	const abort = new AbortController();
	const { sessionId, messageId } = turn;
	let text = "";
	let sent = 0;
	let firstWordAt: Date | null = null;
	let isLost = false;
	let checkpointing: Promise<void> | null = null;
	let deltaTimer: NodeJS.Timeout | undefined;

	const think = () =>
		publishEphemeral({ sessionId, stream: "public", type: "ai-thinking", data: { on: true } });
	think();
	const thinkTimer = setInterval(() => {
		if (text === "") think();
	}, THINKING_MS);
	const limitTimer = setTimeout(() => abort.abort(new AnswerFailed("timeout")), limitMs);
	const checkpoint = () => {
		checkpointing ??= keep().finally(() => {
			checkpointing = null;
		});
	};
	const checkpointTimer = setInterval(checkpoint, CHECKPOINT_MS);
	const mine = { turn, recheck: checkpoint };
	underWay.set(sessionId, mine);

	async function keep() {
		try {
			if (await checkpointTurn(turn, text, firstWordAt)) return;
			isLost = true;
			abort.abort(new Superseded());
		} catch {
			// The database is away. If it stays so the lease runs out, and whoever is alive then answers.
		}
	}

	function flush() {
		deltaTimer = undefined;
		if (sent === text.length || abort.signal.aborted) return;
		firstWordAt ??= new Date();
		publishEphemeral({
			sessionId,
			stream: "public",
			type: "ai-delta",
			data: { messageId, offset: sent, text: text.slice(sent) },
		});
		sent = text.length;
	}

	return {
		signal: abort.signal,
		isLost: () => isLost,
		firstWordAt: () => firstWordAt,
		write(piece: string, at = text.length) {
			const isTakenBack = at < text.length;
			text = text.slice(0, at) + piece;
			// Readers take words from the first letter on for all there is, as when another process begins anew. Whoever
			// comes now reads the checkpoint, which must not hold what was taken back.
			if (at < sent) sent = 0;
			if (isTakenBack) checkpoint();
			// The first words go at once; they are what the customer waits for.
			if (sent === 0) flush();
			else deltaTimer ??= setTimeout(flush, DELTA_MS);
		},
		async stop() {
			clearInterval(thinkTimer);
			clearInterval(checkpointTimer);
			clearTimeout(limitTimer);
			clearTimeout(deltaTimer);
			// A turn that was lost here may have been taken again, by a request that asks for its answer.
			if (underWay.get(sessionId) === mine) underWay.delete(sessionId);
			flush();
			await checkpointing;
		},
	};
}
