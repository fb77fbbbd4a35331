import { hasModel } from "#app/ai/reply/answerer.server.ts";
import { recheckAnswer, releaseAnswers } from "#app/ai/reply/writing.server.ts";
import { answerSession } from "#app/ai/reply.server.ts";
import { summariseIfLong } from "#app/ai/summarise.server.ts";
import { log } from "#app/http/log.server.ts";
import { listDueSessions } from "#app/models/ai-turn.server.ts";
import { startCaring } from "./care-for-waiting.server.ts";
import { checkUrgency } from "./check-urgency.server.ts";
import { startEmbedding } from "./embed-passages.server.ts";
import { handle } from "./queue.server.ts";
import { sendCode } from "./send-code.server.ts";
import { translateSession } from "./translate-session.server.ts";

/** Answers one process writes at the same time; the others' sweeps take what is beyond. */
const MOST_AT_ONCE = 32;
const SWEEP_MS = 1_000;
/** Several clicks on "Send code" take a moment to arrive; only the newest code is sent, and only that one counts. */
const SEND_AFTER_MS = 500;

/**
 * Starts this process's worker: it answers what is handed to it at once and, each second, whatever turn is
 * due and in nobody's living hands. So an answer is on its way also when the process that took the question
 * has died, or never had a worker.
 * @returns how to stop: no new work is taken, and what is under way may end within `graceMs`.
 */
export function startWorker(): (graceMs: number) => Promise<void> {
	const running = new Map<string, Promise<void>>();
	const askedAgain = new Set<string>();
	let isStopping = false;
	let sweepTimer: NodeJS.Timeout | undefined;

	function answerSoon(sessionId: string) {
		if (isStopping) return;
		if (running.has(sessionId)) {
			// The customer wrote on: the answer under way is out of date, and the next begins when it has stopped.
			askedAgain.add(sessionId);
			recheckAnswer(sessionId);
			return;
		}
		if (running.size >= MOST_AT_ONCE) return;
		const work = answerSession(sessionId)
			.catch((error: unknown) => {
				log.error({ sessionId, err: error }, "answering failed; the sweep will try again");
			})
			.finally(() => {
				running.delete(sessionId);
				if (askedAgain.delete(sessionId)) answerSoon(sessionId);
				else if (hasModel() && !isStopping) summariseSoon(sessionId);
			});
		running.set(sessionId, work);
	}

	/** Only when nobody waits for it any more; what fails is tried after the next answer. */
	function summariseSoon(sessionId: string) {
		summariseIfLong(sessionId).catch((error: unknown) => {
			log.warn({ sessionId, err: error }, "a long conversation was not summarised");
		});
	}

	async function sweep() {
		try {
			for (const sessionId of await listDueSessions(MOST_AT_ONCE)) {
				if (!running.has(sessionId)) answerSoon(sessionId);
			}
		} catch {
			// The database is away; readiness says so.
		}
		if (!isStopping) sweepTimer = setTimeout(sweep, SWEEP_MS);
	}

	const embedding = startEmbedding();
	handle("answer-session", answerSoon);
	handle("embed-passages", embedding.soon);
	handle("translate-session", (sessionId) => {
		if (isStopping) return;
		// What is left untranslated is taken up when the agent's page is next opened.
		translateSession(sessionId).catch((error: unknown) => {
			log.error({ sessionId, err: error }, "a conversation was not translated");
		});
	});
	handle("check-urgency", (payload) => {
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
	handle(
		"send-code",
		(payload) => void setTimeout(() => void sendCode(payload, endSending.signal), SEND_AFTER_MS),
	);
	void sweep();
	const stopCare = startCaring();

	return async (graceMs) => {
		isStopping = true;
		embedding.stop();
		endSending.abort();
		clearTimeout(sweepTimer);
		stopCare();
		const grace = new Promise((resolve) => setTimeout(resolve, graceMs).unref());
		await Promise.race([Promise.allSettled(running.values()), grace]);
		await releaseAnswers();
	};
}
