import { hasModel } from "#app/ai/reply/answerer.server.ts";
import { recheckAnswer, releaseAnswers } from "#app/ai/reply/writing.server.ts";
import { answerSession } from "#app/ai/reply.server.ts";
import { summariseIfLong } from "#app/ai/summarise.server.ts";
import { logBackgroundFailure, startPeriodicWork } from "#app/background-work.server.ts";
import { log } from "#app/http/log.server.ts";
import { setJobHandler } from "#app/job-queue.server.ts";
import { type DueTurn, listDueTurns } from "#app/models/ai-turn/ai-turn.server.ts";
import { AnswerSlots, MOST_AT_ONCE } from "./answer-slots.ts";
import { startCaring } from "./care-for-waiting.server.ts";
import { checkUrgency } from "./check-urgency.server.ts";
import { startEmbedding } from "./embed-passages.server.ts";
import { sendCode } from "./send-code.server.ts";
import { translateSession } from "./translate-session.server.ts";

const SWEEP_MS = 1_000;
/** Several clicks on "Send code" take a moment to arrive; only the newest code is sent, and only that one counts. */
const SEND_AFTER_MS = 500;

/**
 * Starts this process's worker. It answers what is handed to it at once, as long as there are slots, and each second
 * whatever turn is due and that no process is answering. So an answer is on its way also when the process that took
 * the question has died, or never had a worker. While more is due than there are slots, each slot that becomes free
 * goes to the next turn in the fair order of `listDueTurns`.
 * @returns how to stop: no new work is taken, and what is under way may end within `graceMs`.
 */
export function startWorker(): (graceMs: number) => Promise<void> {
	const running = new Map<string, Promise<void>>();
	const slots = new AnswerSlots();
	const askedAgain = new Map<string, DueTurn>();
	/** Answers that ended since the last sweep: one that failed is not begun again before the next. */
	const ended = new Set<string>();
	/** Whether a turn may be due for which there was no slot. */
	let isAnyoneWaiting = false;
	let isPicking = false;
	let mustPickAgain = false;
	let isStopping = false;

	function answerSoon(turn: DueTurn) {
		const { sessionId, network } = turn;
		if (isStopping) return;
		if (running.has(sessionId)) {
			// The customer wrote again: the answer in progress is out of date, and the next begins when it has stopped.
			askedAgain.set(sessionId, turn);
			recheckAnswer(sessionId);
			return;
		}
		if (!slots.take(network)) {
			isAnyoneWaiting = true;
			return;
		}
		const work = answerSession(sessionId)
			.catch((error: unknown) => {
				log.error({ sessionId, err: error }, "answering failed; the sweep will try again");
			})
			.finally(() => {
				running.delete(sessionId);
				slots.free(network);
				ended.add(sessionId);
				const again = askedAgain.get(sessionId);
				askedAgain.delete(sessionId);
				if (again) answerSoon(again);
				else if (hasModel() && !isStopping) summariseSoon(sessionId);
				if (isAnyoneWaiting) void pick();
			});
		running.set(sessionId, work);
	}

	/** Fills the free slots. Calls that come while one is at it are done together, after it. */
	async function pick() {
		if (isStopping) return;
		if (isPicking) {
			mustPickAgain = true;
			return;
		}
		isPicking = true;
		try {
			do {
				mustPickAgain = false;
				isAnyoneWaiting = false;
				const due = await listDueTurns(MOST_AT_ONCE);
				if (due.length === MOST_AT_ONCE) isAnyoneWaiting = true;
				for (const turn of due) {
					if (!running.has(turn.sessionId) && !ended.has(turn.sessionId)) answerSoon(turn);
				}
			} while (mustPickAgain && !isStopping);
		} catch (error) {
			logBackgroundFailure("the search for due answers", error);
		} finally {
			isPicking = false;
		}
	}

	/** Only when nobody waits for it any more; what fails is tried after the next answer. */
	function summariseSoon(sessionId: string) {
		summariseIfLong(sessionId).catch((error: unknown) => {
			log.warn({ sessionId, err: error }, "a long conversation was not summarised");
		});
	}

	async function sweep() {
		ended.clear();
		await pick();
	}

	const embedding = startEmbedding();
	setJobHandler("answer-session", answerSoon);
	setJobHandler("embed-passages", embedding.soon);
	setJobHandler("translate-session", (sessionId) => {
		if (isStopping) return;
		// What is left untranslated is taken up when the agent's page is next opened.
		translateSession(sessionId).catch((error: unknown) => {
			log.error({ sessionId, err: error }, "a conversation was not translated");
		});
	});
	setJobHandler("check-urgency", (payload) => {
		if (isStopping) return;
		checkUrgency(payload).catch((error: unknown) => {
			log.error(
				{ sessionId: payload.sessionId, err: error },
				"the priority of a conversation was not checked",
			);
		});
	});
	// Only when the answer to the request has gone: what it takes must not tell whether the address is known.
	const endSending = new AbortController();
	setJobHandler(
		"send-code",
		(payload) => void setTimeout(() => void sendCode(payload, endSending.signal), SEND_AFTER_MS),
	);
	const stopSweep = startPeriodicWork({
		name: "the sweep for due answers",
		everyMs: SWEEP_MS,
		firstMs: 0,
		work: sweep,
	});
	const stopCare = startCaring();

	return async (graceMs) => {
		isStopping = true;
		embedding.stop();
		endSending.abort();
		stopSweep();
		stopCare();
		const grace = new Promise((resolve) => setTimeout(resolve, graceMs).unref());
		await Promise.race([Promise.allSettled(running.values()), grace]);
		await releaseAnswers();
	};
}
