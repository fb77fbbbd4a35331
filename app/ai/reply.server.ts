import { log } from "#app/http/log.server.ts";
import { countAnswers, getDueIn, leaseTurn, releaseTurn, type Turn } from "#app/models/ai-turn.server.ts";
import { readUnanswered } from "#app/models/message/unanswered.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { endLiveAnswer, publishEphemeral } from "#app/realtime/publish.server.ts";
import { AnswerFailed, type AnswerRequest } from "./answer.ts";
import { answerOfCall, type Call, decideEscalation, type Understood } from "./escalation/decide.server.ts";
import { classifyIntent } from "./intent/classify.server.ts";
import { guessLanguage } from "./offline/language.ts";
import { answer } from "./reply/answerer.server.ts";
import { apologise, finish } from "./reply/ending.server.ts";
import { Superseded, startWriting } from "./reply/writing.server.ts";

/** A turn that was begun this often and never finished takes its process with it; a person answers instead. */
const MOST_ATTEMPTS = 8;

const NOTHING_UNDERSTOOD: Understood = { intent: "other", confidence: 0, language: "en" };

/**
 * The pipeline: answers a session's open turn, if it has one that is due and nobody else is at it.
 *
 * It can die anywhere. Until `finish` commits, the turn stays open, and whoever finds its lease run out
 * begins again; after that there is a message and no turn. So each question ends with exactly one answer.
 */
export async function answerSession(sessionId: string): Promise<void> {
	await waitOutBurst(sessionId);
	const caps = await getSetting("assistant_caps");
	const turn = await leaseTurn(sessionId);
	if (!turn) return;
	const writing = startWriting(turn, caps.secondsPerAnswer * 1_000);
	let understood = NOTHING_UNDERSTOOD;
	try {
		const question = await readUnanswered(sessionId, turn.questionSeq);
		understood = understand(question);
		if (turn.fence > MOST_ATTEMPTS) throw new AnswerFailed("cut");
		const call =
			(await decideEscalation(question, understood)) ??
			(await callPastCap(turn, caps.answersPerSession, understood));
		if (call) {
			const reply = answerOfCall(call, understood);
			writing.write(reply.text);
			await writing.stop();
			return await finish(turn, reply, { firstWordAt: writing.firstWordAt() });
		}
		const { missesBeforePerson } = await getSetting("escalation");
		// Retrieving, calling tools and streaming are the answerer's own; it ends with the whole text.
		const reply = await answer(
			{ ...question, signal: writing.signal, turn, isLastTry: question.misses + 1 >= missesBeforePerson },
			writing.write,
		);
		await writing.stop();
		await finish(turn, reply, { firstWordAt: writing.firstWordAt(), asked: question });
	} catch (error) {
		await writing.stop();
		if (error instanceof Superseded || writing.isLost()) return;
		// What is no verdict of the answerer, a database that is just failing over, may be gone in a second.
		if (!(error instanceof AnswerFailed) && turn.fence < MOST_ATTEMPTS) {
			log.error({ sessionId, turn: turn.id, err: error }, "an answer was cut; it is begun again");
			return await releaseTurn(turn).catch(() => {});
		}
		await apologise(turn, understood, { firstWordAt: writing.firstWordAt(), error });
	} finally {
		endLiveAnswer(sessionId, turn.messageId);
		if (!writing.isLost()) {
			publishEphemeral({ sessionId, stream: "public", type: "ai-thinking", data: { on: false } });
		}
	}
}

/** What a question is about and in which language it is, before anything is looked up for it. */
export function understand({ question, locale }: Pick<AnswerRequest, "question" | "locale">): Understood {
	return { ...classifyIntent(question), language: guessLanguage(question, locale) };
}

/** Several quick messages get one answer: waits until the customer has paused, or has been put off for long enough. */
async function waitOutBurst(sessionId: string): Promise<void> {
	for (;;) {
		const wait = await getDueIn(sessionId);
		if (wait === null || wait === 0) return;
		await new Promise((resolve) => setTimeout(resolve, wait));
	}
}

/** A call for a person when the assistant has answered as often in this conversation as it may; else null. */
async function callPastCap(turn: Turn, most: number, { language }: Understood): Promise<Call | null> {
	const isPast = (await countAnswers(turn.sessionId)) >= most;
	return isPast ? { reason: "assistant-limit", words: "assistant-limit", language } : null;
}
