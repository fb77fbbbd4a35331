import { log } from "#app/http/log.server.ts";
import { finishTurn, type Turn } from "#app/models/ai-turn/ai-turn.server.ts";
import { recordUnanswered } from "#app/models/article/unanswered-question.server.ts";
import { writeProposals } from "#app/models/assistant-action/write-proposals.server.ts";
import { recordQuestion } from "#app/models/chat-session/change.server.ts";
import { baseLanguage } from "#app/models/chat-session/locale.ts";
import { queueSession } from "#app/models/chat-session/queue.server.ts";
import type { UnansweredQuestion } from "#app/models/message/unanswered.server.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import { transact } from "#app/realtime/publish.server.ts";
import type { MessageMetadata } from "#db/shapes.ts";
import type { QuestionAnalysis } from "../analyse-question.server.ts";
import { type Answer, AnswerFailed } from "../answer.ts";
import { toEscalationAnswer } from "../escalation/decide-escalation.server.ts";
import { toolRunMetadata } from "../tool-runs.server.ts";
import { TurnSuperseded } from "./live-answer.server.ts";

/** Maximum number of cards with a message; longer lists would push the conversation off the screen. */
const MAX_CARDS = 10;
const ASSISTANT_NAME = "Assistant";
/** The language of the chat pages. A message in another language is marked with its language. */
const PAGE_LANGUAGE = "en";

/**
 * Writes an answer in one transaction: the message, the end of the turn, the answer's proposals and, where needed, the
 * request for a person. From this commit on the session is in the queue, so no other process can request a person
 * twice.
 * @param options.question stored as an unanswered question for the owner; absent when the assistant is not to blame.
 * @throws TurnSuperseded when this process no longer has the turn's lease.
 */
export async function finishAnswer(
	turn: Turn,
	reply: Answer,
	options: { firstWordAt: Date | null; metadata?: MessageMetadata; question?: UnansweredQuestion },
): Promise<void> {
	const { sessionId } = turn;
	const { firstWordAt, metadata = {}, question: asked } = options;
	await transact(async (tx) => {
		// Every writer locks the session before the turn. With different orders, two writers could deadlock.
		await recordQuestion(tx, sessionId, reply);
		if (!(await finishTurn(tx, turn, { outcome: reply, firstWordAt }))) throw new TurnSuperseded();
		await writeMessage(tx, {
			id: turn.messageId,
			sessionId,
			senderType: "bot",
			senderName: ASSISTANT_NAME,
			message: reply.text,
			metadata: {
				...metadata,
				...(baseLanguage(reply.language) === PAGE_LANGUAGE ? {} : { language: reply.language }),
				...(reply.foreignPart ? { foreignPart: reply.foreignPart } : {}),
				...toolRunMetadata(reply),
				...(reply.sources.length > 0 ? { sources: reply.sources } : {}),
				...(reply.cards?.length ? { cards: reply.cards.slice(0, MAX_CARDS) } : {}),
				...(reply.answered || reply.escalate.needed ? {} : { offersPerson: true }),
			},
		});
		await writeProposals(tx, turn, reply.proposals);
		if (asked && !reply.answered) {
			const { question, customerName } = asked;
			const { language: locale, intent } = reply;
			await recordUnanswered(tx, { question, customerName, locale, intent, sessionId });
		}
		if (reply.escalate.needed) await queueSession(tx, sessionId, reply.escalate.reason ?? "requested");
	});
}

/** Ends a turn whose answer failed: the customer gets an apology, and the session goes to the queue. */
export async function finishWithApology(
	turn: Turn,
	analysis: QuestionAnalysis,
	{ error, firstWordAt }: { firstWordAt: Date | null; error: unknown },
): Promise<void> {
	const reason = error instanceof AnswerFailed ? error.reason : "fault";
	log.error(
		{ sessionId: turn.sessionId, turn: turn.id, reason, err: error },
		"the assistant could not answer",
	);
	const escalation = { reason: "assistant-failed", textKey: "assistant-failed" } as const;
	const apology = toEscalationAnswer({ ...escalation, language: analysis.language }, analysis);
	try {
		await finishAnswer(turn, apology, { firstWordAt, metadata: { notice: escalation.reason } });
	} catch (failure) {
		// The turn stays open, so the worker's next sweep answers it when the database is available again.
		if (!(failure instanceof TurnSuperseded))
			log.error({ turn: turn.id, err: failure }, "the apology was not written");
	}
}
