import { env } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import {
	checkpointTurn,
	finishTurn,
	getDueIn,
	leaseTurn,
	releaseTurn,
	type Turn,
} from "#app/models/ai-turn.server.ts";
import { writeProposals } from "#app/models/assistant-action/propose.server.ts";
import { noteIntent, queueSession } from "#app/models/chat-session/change.server.ts";
import { readUnanswered } from "#app/models/message/unanswered.server.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import { endLiveAnswer, publishEphemeral, transact } from "#app/realtime/publish.server.ts";
import type { MessageMetadata } from "#db/shapes.ts";
import { type Answer, type Answerer, AnswerFailed, type AnswerRequest } from "./answer.ts";
import { deedMarks } from "./deeds.server.ts";
import { classifyIntent } from "./intent/classify.server.ts";
import { answerOffline } from "./offline/answer.server.ts";
import { answerWithModel } from "./openai.server.ts";

/** An answer may take this long; then a person is called. */
const ANSWER_LIMIT_MS = 90_000;
const CHECKPOINT_MS = 1_000;
/** Words are gathered this long before they are sent: one event instead of one a token. */
const DELTA_MS = 60;
/** "Thinking" is told again while it lasts, because its readers let it expire. */
const THINKING_MS = 3_000;
/** A turn that was begun this often and never finished takes its process with it; a person answers instead. */
const MOST_ATTEMPTS = 8;

const ASSISTANT_NAME = "Assistant";

/** Whether a model writes the answers; without one they come from the articles and the orders alone. */
export const hasModel = (): boolean => env().OPENAI_API_KEY !== undefined;

/** The way of answering this installation has. */
export const answer: Answerer = (request, onText) =>
	hasModel() ? answerWithModel(request, onText) : answerOffline(request, onText);

/**
 * The pipeline: answers a session's open turn, if it has one that is due and nobody else is at it.
 *
 * It can die anywhere. Until `finish` commits, the turn stays open, and whoever finds its lease run out
 * begins again; after that there is a message and no turn. So each question ends with exactly one answer.
 */
export async function answerSession(sessionId: string): Promise<void> {
	await waitOutBurst(sessionId);
	const turn = await leaseTurn(sessionId);
	if (!turn) return;
	const writing = startWriting(turn);
	let intent = "other";
	try {
		const question = await readUnanswered(sessionId, turn.questionSeq);
		intent = classifyIntent(question.question).intent;
		if (turn.fence > MOST_ATTEMPTS) throw new AnswerFailed("cut");
		const request: AnswerRequest = { ...question, signal: writing.signal };
		const reply = await answer(request, writing.write);
		await writing.stop();
		await finish(turn, reply);
	} catch (error) {
		await writing.stop();
		if (error instanceof Superseded || writing.isLost()) return;
		// What is no verdict of the answerer, a database that is just failing over, may be gone in a second.
		if (!(error instanceof AnswerFailed) && turn.fence < MOST_ATTEMPTS) {
			log.error({ sessionId, turn: turn.id, err: error }, "an answer was cut; it is begun again");
			return await releaseTurn(turn).catch(() => {});
		}
		await handOver(turn, intent, error);
	} finally {
		endLiveAnswer(sessionId, turn.messageId);
		if (!writing.isLost()) {
			publishEphemeral({ sessionId, stream: "public", type: "ai-thinking", data: { on: false } });
		}
	}
}

/** Looks at once whether the answer under way here is still wanted; for when the customer has written more. */
export function recheckAnswer(sessionId: string): void {
	underWay.get(sessionId)?.recheck();
}

/**
 * Gives back the leases of the answers under way here, when the process is to end: another one begins them
 * again at once, instead of after the lease has run out.
 */
export async function releaseAnswers(): Promise<void> {
	await Promise.allSettled([...underWay.values()].map(({ turn }) => releaseTurn(turn)));
}

const underWay = new Map<string, { turn: Turn; recheck: () => void }>();

/** Somebody else has the turn now, or it is not wanted any more. */
class Superseded extends Error {}

async function waitOutBurst(sessionId: string): Promise<void> {
	for (;;) {
		const wait = await getDueIn(sessionId);
		if (wait === null || wait === 0) return;
		await new Promise((resolve) => setTimeout(resolve, wait));
	}
}

/**
 * Sends words as they come, keeps a checkpoint each second with the lease, and stops the work when the turn
 * is lost or takes too long.
 */
function startWriting(turn: Turn) {
	const abort = new AbortController();
	const { sessionId, messageId } = turn;
	let text = "";
	let sent = 0;
	let isLost = false;
	let checkpointing: Promise<void> | null = null;
	let deltaTimer: NodeJS.Timeout | undefined;

	const think = () =>
		publishEphemeral({ sessionId, stream: "public", type: "ai-thinking", data: { on: true } });
	think();
	const thinkTimer = setInterval(() => {
		if (text === "") think();
	}, THINKING_MS);
	const limitTimer = setTimeout(() => abort.abort(new AnswerFailed("timeout")), ANSWER_LIMIT_MS);
	const checkpoint = () => {
		checkpointing ??= keep().finally(() => {
			checkpointing = null;
		});
	};
	const checkpointTimer = setInterval(checkpoint, CHECKPOINT_MS);
	underWay.set(sessionId, { turn, recheck: checkpoint });

	async function keep() {
		try {
			if (await checkpointTurn(turn, text)) return;
			isLost = true;
			abort.abort(new Superseded());
		} catch {
			// The database is away. If it stays so the lease runs out, and whoever is alive then answers.
		}
	}

	function flush() {
		deltaTimer = undefined;
		if (sent === text.length || abort.signal.aborted) return;
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
		write(piece: string) {
			text += piece;
			// The first words go at once; they are what the customer waits for.
			if (sent === 0) flush();
			else deltaTimer ??= setTimeout(flush, DELTA_MS);
		},
		async stop() {
			clearInterval(thinkTimer);
			clearInterval(checkpointTimer);
			clearTimeout(limitTimer);
			clearTimeout(deltaTimer);
			underWay.delete(sessionId);
			flush();
			await checkpointing;
		},
	};
}

/** The one durable write: the message, the end of the turn and, where needed, the call for a person. */
async function finish(turn: Turn, reply: Answer, marks: MessageMetadata = {}): Promise<void> {
	const { sessionId } = turn;
	await transact(async (tx) => {
		// The session first and the turn second, as everywhere: the other way round two writers could wait for each other.
		await noteIntent(tx, sessionId, reply.intent);
		if (!(await finishTurn(tx, turn, reply))) throw new Superseded();
		await writeMessage(tx, {
			id: turn.messageId,
			sessionId,
			senderType: "bot",
			senderName: ASSISTANT_NAME,
			message: reply.text,
			metadata: {
				...marks,
				...deedMarks(reply),
				...(reply.sources.length > 0 ? { sources: reply.sources } : {}),
				...(reply.answered || reply.escalate.needed ? {} : { offersPerson: true }),
			},
		});
		await writeProposals(tx, turn, reply.proposals);
		if (reply.escalate.needed) await queueSession(tx, sessionId, reply.escalate.reason ?? "requested");
	});
}

/** The assistant could not: kind words and a person, never silence. */
async function handOver(turn: Turn, intent: string, error: unknown): Promise<void> {
	const reason = error instanceof AnswerFailed ? error.reason : "fault";
	log.error(
		{ sessionId: turn.sessionId, turn: turn.id, reason, err: error },
		"the assistant could not answer",
	);
	const apology: Answer = {
		text: "I'm sorry, I can't answer this right now. I am calling a person, who will see everything you wrote.",
		answered: false,
		intent,
		confidence: 0,
		language: "en",
		sources: [],
		escalate: { needed: true, reason: "assistant-failed" },
		model: null,
	};
	try {
		await finish(turn, apology, { notice: "assistant-failed" });
	} catch (failure) {
		// The turn stays open, so the sweep tries again when the database is back.
		if (!(failure instanceof Superseded))
			log.error({ turn: turn.id, err: failure }, "the hand-over was not written");
	}
}
