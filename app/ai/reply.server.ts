import { log } from "#app/http/log.server.ts";
import {
	getOpenTurn,
	hasAnswered,
	leaseTurn,
	releaseTurn,
	type Turn,
} from "#app/models/ai-turn/ai-turn.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { endLiveAnswer, publishEphemeral } from "#app/realtime/publish.server.ts";
import { UNKNOWN_QUESTION } from "./analyse-question.server.ts";
import { AnswerFailed } from "./answer.ts";
import { answerOfCall, type Call, decideEscalation } from "./escalation/decide.server.ts";
import { readingWork } from "./own-work.server.ts";
import { answer } from "./reply/answerer.server.ts";
import { apologise, finish } from "./reply/ending.server.ts";
import { type Prepared, prepare } from "./reply/preparing.server.ts";
import { Superseded, startWriting } from "./reply/writing.server.ts";

/**
 * A turn that was begun this often and never finished takes its process with it; a person answers instead. Attempts
 * that a process gave back because it was to end are not counted.
 */
const MOST_ATTEMPTS = 8;

/**
 * The pipeline: answers a session's open turn, if it has one that is due and nobody else is at it.
 *
 * It can die anywhere. Until `finish` commits, the turn stays open, and whoever finds its lease run out
 * begins again; after that there is a message and no turn. So each question ends with exactly one answer.
 */
export async function answerSession(sessionId: string): Promise<void> {
	const taken = await takeTurn(sessionId);
	if (!taken) return;
	const { turn, early } = taken;
	const caps = early?.caps ?? (await getSetting("assistant_caps"));
	const writing = startWriting(turn, caps.secondsPerAnswer * 1_000);
	let analysis = UNKNOWN_QUESTION;
	try {
		const prepared = early ?? (await prepare(sessionId, turn));
		const { question, recalled, escalation } = prepared;
		analysis = question.analysis;
		if (turn.attempts > MOST_ATTEMPTS) throw new AnswerFailed("cut");
		const [mustHave, pastCap] = await Promise.all([
			readingWork().run(turn.network, () => decideEscalation(question, escalation), writing.signal),
			callPastCap(turn, caps.answersPerSession, analysis.language),
		]);
		const call = mustHave ?? pastCap;
		if (call) {
			const reply = answerOfCall(call, analysis);
			writing.write(reply.text);
			await writing.stop();
			return await finish(turn, reply, { firstWordAt: writing.firstWordAt() });
		}
		const isLastTry = question.misses + 1 >= escalation.missesBeforePerson;
		// Calling tools and streaming are the answerer's own; it ends with the whole text.
		const reply = await answer(
			{ ...question, signal: writing.signal, turn, isLastTry, recalled },
			writing.write,
		);
		await writing.stop();
		await finish(turn, reply, { firstWordAt: writing.firstWordAt(), asked: question });
	} catch (error) {
		await writing.stop();
		if (error instanceof Superseded || writing.isLost()) return;
		// What is no verdict of the answerer, a database that is just failing over, may be gone in a second.
		if (!(error instanceof AnswerFailed) && turn.attempts < MOST_ATTEMPTS) {
			log.error({ sessionId, turn: turn.id, err: error }, "an answer was cut; it is begun again");
			return await releaseTurn(turn, { isAttempt: true }).catch(() => {});
		}
		await apologise(turn, analysis, { firstWordAt: writing.firstWordAt(), error });
	} finally {
		endLiveAnswer(sessionId, turn.messageId);
		if (!writing.isLost()) {
			publishEphemeral({ sessionId, stream: "public", type: "ai-thinking", data: { on: false } });
		}
	}
}

/**
 * Takes the lease on a session's turn once it is due: several quick messages get one answer, so it waits until the
 * customer has paused, or has put it off for long enough. The question is prepared in that time.
 * @returns null when there is nothing to answer, or somebody else is at it; `early` is null when the question is
 * not the one that was prepared.
 */
async function takeTurn(sessionId: string): Promise<{ turn: Turn; early: Prepared | null } | null> {
	let early = null as { questionSeq: number; prepared: Promise<Prepared | null> } | null;
	for (;;) {
		const open = await getOpenTurn(sessionId);
		if (!open) return null;
		if (open.waitMs > 0) {
			if (early?.questionSeq !== open.questionSeq) {
				const { questionSeq } = open;
				early = { questionSeq, prepared: prepare(sessionId, open).catch(() => null) };
			}
			await new Promise((resolve) => setTimeout(resolve, open.waitMs));
		}
		const turn = await leaseTurn(sessionId);
		if (turn) return { turn, early: early?.questionSeq === turn.questionSeq ? await early.prepared : null };
		// Due, and in somebody's living hands; else the customer has written on meanwhile.
		if (open.waitMs === 0) return null;
	}
}

/** A call for a person when the assistant has answered as often in this conversation as it may; else null. */
async function callPastCap(turn: Turn, most: number, language: string): Promise<Call | null> {
	const isPast = await hasAnswered(turn.sessionId, most);
	return isPast ? { reason: "assistant-limit", words: "assistant-limit", language } : null;
}
