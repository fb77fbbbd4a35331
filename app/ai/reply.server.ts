import { setTimeout as delay } from "node:timers/promises";
import { log } from "#app/http/log.server.ts";
import {
	getOpenTurn,
	hasAnsweredTimes,
	leaseTurn,
	releaseTurn,
	type Turn,
} from "#app/models/ai-turn/ai-turn.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { endLiveAnswer, publishEphemeral } from "#app/realtime/publish.server.ts";
import { UNKNOWN_QUESTION } from "./analyse-question.server.ts";
import { AnswerFailed } from "./answer.ts";
import { getQuestionAnalysisQueue } from "./cpu-queues.server.ts";
import {
	decideEscalation,
	type Escalation,
	toEscalationAnswer,
} from "./escalation/decide-escalation.server.ts";
import { answerQuestion } from "./reply/answer-question.server.ts";
import { finishAnswer, finishWithApology } from "./reply/finish-answer.server.ts";
import { startLiveAnswer, TurnSuperseded } from "./reply/live-answer.server.ts";
import { type PreparedQuestion, prepareQuestion } from "./reply/prepare-question.server.ts";

/**
 * Maximum number of attempts to answer a turn. After that many attempts the turn probably crashes its process, so a
 * person answers instead. An attempt that a process gave back because it was shutting down does not count.
 */
const MAX_ATTEMPTS = 8;

/**
 * Answers the open turn of a session, if the turn is due and no other process has its lease. The function runs the
 * whole pipeline of an answer.
 *
 * The process may die at any point. Until `finishAnswer` commits, the turn stays open, and another process takes the
 * turn when its lease expires. After the commit there is a message and no open turn. So each question gets exactly one
 * answer.
 */
export async function answerSession(sessionId: string): Promise<void> {
	const leased = await leaseDueTurn(sessionId);
	if (!leased) return;
	const { turn, preparedEarly } = leased;
	const answerLimits = preparedEarly?.answerLimits ?? (await getSetting("assistant_caps"));
	const liveAnswer = startLiveAnswer(turn, answerLimits.secondsPerAnswer * 1_000);
	let analysis = UNKNOWN_QUESTION;
	try {
		const prepared = preparedEarly ?? (await prepareQuestion(sessionId, turn));
		const { question, cacheLookup, escalationSettings } = prepared;
		analysis = question.analysis;
		if (turn.attempts > MAX_ATTEMPTS) throw new AnswerFailed("cut");
		const [ruleEscalation, limitEscalation] = await Promise.all([
			getQuestionAnalysisQueue().run(
				turn.network,
				() => decideEscalation(question, escalationSettings),
				liveAnswer.signal,
			),
			escalateAtAnswerLimit(turn, answerLimits.answersPerSession, analysis.language),
		]);
		const escalation = ruleEscalation ?? limitEscalation;
		if (escalation) {
			const reply = toEscalationAnswer(escalation, analysis);
			liveAnswer.write(reply.text);
			await liveAnswer.stop();
			return await finishAnswer(turn, reply, { firstWordAt: liveAnswer.firstWordAt() });
		}
		const mustEscalateIfUnanswered = question.unansweredInARow + 1 >= escalationSettings.missesBeforePerson;
		const reply = await answerQuestion(
			{ ...question, signal: liveAnswer.signal, turn, mustEscalateIfUnanswered, cacheLookup },
			liveAnswer.write,
		);
		await liveAnswer.stop();
		await finishAnswer(turn, reply, { firstWordAt: liveAnswer.firstWordAt(), question });
	} catch (error) {
		await liveAnswer.stop();
		if (error instanceof TurnSuperseded || liveAnswer.isLeaseLost()) return;
		// Any other error, such as a database that is failing over, may be gone at the next attempt to answer the turn.
		if (!(error instanceof AnswerFailed) && turn.attempts < MAX_ATTEMPTS) {
			log.error({ sessionId, turn: turn.id, err: error }, "an answer was interrupted and will restart");
			return await releaseTurn(turn, { isAttempt: true }).catch(() => {});
		}
		await finishWithApology(turn, analysis, { firstWordAt: liveAnswer.firstWordAt(), error });
	} finally {
		endLiveAnswer(sessionId, turn.messageId);
		if (!liveAnswer.isLeaseLost()) {
			publishEphemeral({ sessionId, stream: "public", type: "ai-thinking", data: { on: false } });
		}
	}
}

/**
 * Waits until the turn of a session is due, then takes its lease. A turn becomes due when the customer pauses, so that
 * several quick messages get one answer. The question is prepared during the wait.
 * @returns null when there is no open turn or another process has its lease. `preparedEarly` is null when the customer
 * wrote again after the question was prepared.
 */
async function leaseDueTurn(
	sessionId: string,
): Promise<{ turn: Turn; preparedEarly: PreparedQuestion | null } | null> {
	let preparing = null as { questionSeq: number; prepared: Promise<PreparedQuestion | null> } | null;
	for (;;) {
		const openTurn = await getOpenTurn(sessionId);
		if (!openTurn) return null;
		if (openTurn.waitMs > 0) {
			if (preparing?.questionSeq !== openTurn.questionSeq) {
				const { questionSeq } = openTurn;
				preparing = { questionSeq, prepared: prepareQuestion(sessionId, openTurn).catch(() => null) };
			}
			await delay(openTurn.waitMs);
		}
		const turn = await leaseTurn(sessionId);
		if (turn) {
			const isSameQuestion = preparing?.questionSeq === turn.questionSeq;
			return { turn, preparedEarly: preparing && isSameQuestion ? await preparing.prepared : null };
		}
		// When the turn was due and could not be leased, another process has its lease. Otherwise the customer wrote again,
		// and the turn is due later.
		if (openTurn.waitMs === 0) return null;
	}
}

/** The escalation when the assistant has given the maximum number of answers of a session; else null. */
async function escalateAtAnswerLimit(
	turn: Turn,
	answerLimit: number,
	language: string,
): Promise<Escalation | null> {
	const isLimitReached = await hasAnsweredTimes(turn.sessionId, answerLimit);
	return isLimitReached ? { reason: "assistant-limit", textKey: "assistant-limit", language } : null;
}
