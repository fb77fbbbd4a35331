import { setTimeout as delay } from "node:timers/promises";
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
/**
 * Delay before an emailed code is sent. A customer may click "Send code" several times, and only the newest code is
 * valid.
 */
const SEND_CODE_DELAY_MS = 500;
/** Time in which a message reaches its readers. Other work for the message starts after it. */
const DELIVERY_MS = 50;

/**
 * Starts the worker of this process. The worker starts the answer of an enqueued turn at once while the limit of
 * concurrent answers allows it. Once a second, it starts the answers of all due turns that no process is answering, so
 * a question is answered even if its process died or has no worker. While the limit is reached, each answer that ends
 * starts the next turn in the fair order of `listDueTurns`.
 * @returns a function that stops the worker: no new work starts, and running answers may finish within `graceMs`.
 */
export function startWorker(): (graceMs: number) => Promise<void> {
	const running = new Map<string, Promise<void>>();
	const concurrentAnswers = new ConcurrentAnswers();
	const requestedAgain = new Map<string, DueTurn>();
	/**
	 * Sessions whose answer ended since the last sweep (the periodic start of due turns). A failed answer is not restarted
	 * before the next sweep.
	 */
	const endedSinceSweep = new Set<string>();
	/** Whether there may be due turns that were not started because the limit of concurrent answers was reached. */
	let mayHaveWaitingTurns = false;
	let isStartingTurns = false;
	let mustStartAgain = false;
	let isStopping = false;

	function startAnswer(turn: DueTurn) {
		const { sessionId, network } = turn;
		if (isStopping) return;
		if (running.has(sessionId)) {
			// The customer wrote again, so the running answer is out of date. The next answer starts when the running one has
			// stopped.
			requestedAgain.set(sessionId, turn);
			revalidateRunningAnswer(sessionId);
			return;
		}
		if (!concurrentAnswers.acquire(network)) {
			mayHaveWaitingTurns = true;
			return;
		}
		const work = answerSession(sessionId)
			.catch((error: unknown) => {
				log.error({ sessionId, err: error }, "an answer failed; the next sweep tries again");
			})
			.finally(() => {
				running.delete(sessionId);
				concurrentAnswers.release(network);
				endedSinceSweep.add(sessionId);
				const again = requestedAgain.get(sessionId);
				requestedAgain.delete(sessionId);
				if (again) startAnswer(again);
				else if (hasLanguageModel() && !isStopping) startSummary(sessionId);
				if (mayHaveWaitingTurns) void startDueTurns();
			});
		running.set(sessionId, work);
	}

	/**
	 * Starts due turns until the limit of concurrent answers is reached. Calls during a run cause one more run after it.
	 */
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

	/**
	 * Runs work for agents, such as a translation, after the message itself has reached the agents. The message must not
	 * wait for this work.
	 */
	function runAfterDelivery(work: () => void) {
		setTimeout(() => {
			if (!isStopping) work();
		}, DELIVERY_MS).unref();
	}

	/** Summarises a session's older messages after an answer in it. A failed summary is repeated after the next answer. */
	function startSummary(sessionId: string) {
		summariseLongSession(sessionId).catch((error: unknown) => {
			log.warn({ sessionId, err: error }, "a long session was not summarised");
		});
	}

	async function startAllDueTurns() {
		endedSinceSweep.clear();
		await startDueTurns();
	}

	const embedding = startPassageEmbedding();
	setJobHandler("answer-session", startAnswer);
	setJobHandler("embed-passages", embedding.runSoon);
	setJobHandler("translate-session", (sessionId) => {
		runAfterDelivery(() => {
			// Messages whose translation is missing are translated when an agent opens the session's page.
			translateSession(sessionId).catch((error: unknown) => {
				log.error({ sessionId, err: error }, "a session was not translated");
			});
		});
	});
	setJobHandler("check-urgency", (payload) => {
		runAfterDelivery(() => {
			checkUrgency(payload).catch((error: unknown) => {
				log.error({ sessionId: payload.sessionId, err: error }, "the priority of a session was not checked");
			});
		});
	});
	// The code's customer is looked up after the response to the request, because the time of the response must not reveal
	// whether the address belongs to a customer.
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
		work: startAllDueTurns,
	});
	const stopWatchdog = startWaitingWatchdog();

	return async (graceMs) => {
		isStopping = true;
		embedding.stop();
		endSending.abort();
		stopSweep();
		stopWatchdog();
		const grace = delay(graceMs, undefined, { ref: false });
		await Promise.race([Promise.allSettled(running.values()), grace]);
		await releaseRunningTurns();
	};
}
