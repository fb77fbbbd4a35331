import { hasLanguageModel } from "#app/ai/reply/answer-question.server.ts";
import { releaseRunningTurns, revalidateRunningAnswer } from "#app/ai/reply/live-answer.server.ts";
import { answerSession } from "#app/ai/reply.server.ts";
import { summariseLongSession } from "#app/ai/summarise.server.ts";
import { logBackgroundFailure, startPeriodicWork } from "#app/background-work.server.ts";
import { log } from "#app/http/log.server.ts";
import { setJobHandler } from "#app/job-queue.server.ts";
import { type DueTurn, listDueTurns } from "#app/models/ai-turn/ai-turn.server.ts";
import { checkUrgency } from "./check-urgency.server.ts";
import { ConcurrentAnswers, MAX_CONCURRENT_ANSWERS } from "./concurrent-answers.ts";
import { startPassageEmbedding } from "./embed-passages.server.ts";
import { sendCodeWithRetries } from "./send-code.server.ts";
import { translateSession } from "./translate-session.server.ts";
import { startWaitingWatchdog } from "./waiting-watchdog.server.ts";

const SWEEP_INTERVAL_MS = 1_000;
/** Several clicks on "Send code" take a moment to arrive; only the newest code is sent, and only that one counts. */
const SEND_CODE_DELAY_MS = 500;

/**
 * Starts this process's worker. It answers what is handed to it at once, as long as there are slots, and each second
 * whatever turn is due and that no process is answering. So an answer is on its way also when the process that took
 * the question has died, or never had a worker. While more is due than there are slots, each slot that becomes free
 * goes to the next turn in the fair order of `listDueTurns`.
 * @returns how to stop: no new work is taken, and what is under way may end within `graceMs`.
 */
export function startWorker(): (graceMs: number) => Promise<void> {
	const running = new Map<string, Promise<void>>();
	const slots = new ConcurrentAnswers();
	const requestedAgain = new Map<string, DueTurn>();
	/** Answers that ended since the last sweep: one that failed is not begun again before the next. */
	const endedSinceSweep = new Set<string>();
	/** Whether a turn may be due for which there was no slot. */
	let mayHaveWaitingTurns = false;
	let isStartingTurns = false;
	let mustStartAgain = false;
	let isStopping = false;

	function startAnswer(turn: DueTurn) {
		const { sessionId, network } = turn;
		if (isStopping) return;
		if (running.has(sessionId)) {
			// The customer wrote again: the answer in progress is out of date, and the next begins when it has stopped.
			requestedAgain.set(sessionId, turn);
			revalidateRunningAnswer(sessionId);
			return;
		}
		if (!slots.acquire(network)) {
			mayHaveWaitingTurns = true;
			return;
		}
		const work = answerSession(sessionId)
			.catch((error: unknown) => {
				log.error({ sessionId, err: error }, "answering failed; the sweep will try again");
			})
			.finally(() => {
				running.delete(sessionId);
				slots.release(network);
				endedSinceSweep.add(sessionId);
				const again = requestedAgain.get(sessionId);
				requestedAgain.delete(sessionId);
				if (again) startAnswer(again);
				else if (hasLanguageModel() && !isStopping) startSummary(sessionId);
				if (mayHaveWaitingTurns) void startDueTurns();
			});
		running.set(sessionId, work);
	}

	/** Fills the free slots. Calls that come while one is at it are done together, after it. */
	async function startDueTurns() {
		if (isStopping) return;
		if (isStartingTurns) {
			mustStartAgain = true;
			return;
		}
		isStartingTurns = true;
		try {
			do {
				mustStartAgain = false;
				mayHaveWaitingTurns = false;
				const due = await listDueTurns(MAX_CONCURRENT_ANSWERS);
				if (due.length === MAX_CONCURRENT_ANSWERS) mayHaveWaitingTurns = true;
				for (const turn of due) {
					if (!running.has(turn.sessionId) && !endedSinceSweep.has(turn.sessionId)) startAnswer(turn);
				}
			} while (mustStartAgain && !isStopping);
		} catch (error) {
			logBackgroundFailure("the search for due answers", error);
		} finally {
			isStartingTurns = false;
		}
	}

	/** Only when nobody waits for it any more; what fails is tried after the next answer. */
	function startSummary(sessionId: string) {
		summariseLongSession(sessionId).catch((error: unknown) => {
			log.warn({ sessionId, err: error }, "a long conversation was not summarised");
		});
	}

	async function sweep() {
		endedSinceSweep.clear();
		await startDueTurns();
	}

	const embedding = startPassageEmbedding();
	setJobHandler("answer-session", startAnswer);
	setJobHandler("embed-passages", embedding.runSoon);
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
		(payload) =>
			void setTimeout(() => void sendCodeWithRetries(payload, endSending.signal), SEND_CODE_DELAY_MS),
	);
	const stopSweep = startPeriodicWork({
		name: "the sweep for due answers",
		everyMs: SWEEP_INTERVAL_MS,
		firstMs: 0,
		work: sweep,
	});
	const stopWatchdog = startWaitingWatchdog();

	return async (graceMs) => {
		isStopping = true;
		embedding.stop();
		endSending.abort();
		stopSweep();
		stopWatchdog();
		const grace = new Promise((resolve) => setTimeout(resolve, graceMs).unref());
		await Promise.race([Promise.allSettled(running.values()), grace]);
		await releaseRunningTurns();
	};
}
