import { log } from "#app/http/log.server.ts";
import { finishTurn, type Turn } from "#app/models/ai-turn/ai-turn.server.ts";
import { recordUnanswered } from "#app/models/article/unanswered-question.server.ts";
import { writeProposals } from "#app/models/assistant-action/propose.server.ts";
import { recordQuestion } from "#app/models/chat-session/change.server.ts";
import { baseLanguage } from "#app/models/chat-session/locale.ts";
import { queueSession } from "#app/models/chat-session/queue.server.ts";
import type { Unanswered } from "#app/models/message/unanswered.server.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import { transact } from "#app/realtime/publish.server.ts";
import type { MessageMetadata } from "#db/shapes.ts";
import type { QuestionAnalysis } from "../analyse-question.server.ts";
import { type Answer, AnswerFailed } from "../answer.ts";
import { deedMarks } from "../deeds.server.ts";
import { answerOfCall } from "../escalation/decide.server.ts";
import { Superseded } from "./writing.server.ts";

const ASSISTANT_NAME = "Assistant";
/** What the pages are written in: only other languages are marked. */
const PAGE_LANGUAGE = "en";

/**
 * The one durable write: the message, the end of the turn and, where needed, the call for a person. A
 * conversation that needs a person is in the queue from this commit on, so nothing can call one twice.
 * @param written.asked kept for the owner when the assistant did not know; absent when it was not its to know.
 * @throws Superseded when the turn is not this taker's any more.
 */
export async function finish(
	turn: Turn,
	reply: Answer,
	written: { firstWordAt: Date | null; marks?: MessageMetadata; asked?: Unanswered },
): Promise<void> {
	const { sessionId } = turn;
	const { firstWordAt, marks = {}, asked } = written;
	await transact(async (tx) => {
		// The session first and the turn second, as everywhere: the other way round two writers could wait for each other.
		await recordQuestion(tx, sessionId, reply);
		if (!(await finishTurn(tx, turn, { outcome: reply, firstWordAt }))) throw new Superseded();
		await writeMessage(tx, {
			id: turn.messageId,
			sessionId,
			senderType: "bot",
			senderName: ASSISTANT_NAME,
			message: reply.text,
			metadata: {
				...marks,
				...(baseLanguage(reply.language) === PAGE_LANGUAGE ? {} : { language: reply.language }),
				...(reply.foreignPart ? { foreignPart: reply.foreignPart } : {}),
				...deedMarks(reply),
				...(reply.sources.length > 0 ? { sources: reply.sources } : {}),
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

/** The assistant could not: kind words and a person, never silence. */
export async function apologise(
	turn: Turn,
	analysis: QuestionAnalysis,
	written: { firstWordAt: Date | null; error: unknown },
): Promise<void> {
	const { error, firstWordAt } = written;
	const reason = error instanceof AnswerFailed ? error.reason : "fault";
	log.error(
		{ sessionId: turn.sessionId, turn: turn.id, reason, err: error },
		"the assistant could not answer",
	);
	const failed = "assistant-failed";
	const apology = answerOfCall({ reason: failed, words: failed, language: analysis.language }, analysis);
	try {
		await finish(turn, apology, { firstWordAt, marks: { notice: failed } });
	} catch (failure) {
		// The turn stays open, so the sweep tries again when the database is back.
		if (!(failure instanceof Superseded))
			log.error({ turn: turn.id, err: failure }, "the hand-over was not written");
	}
}
