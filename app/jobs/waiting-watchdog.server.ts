import { writeHandover } from "#app/ai/escalation/handover.server.ts";
import { startPeriodicWork } from "#app/background-work.server.ts";
import { log } from "#app/http/log.server.ts";
import { enqueueJob } from "#app/job-queue.server.ts";
import { refreshExpectedWait } from "#app/models/chat-session/expected-wait.server.ts";
import { listWithoutHandover } from "#app/models/chat-session/handover.server.ts";
import { publishQueueChanges } from "#app/models/chat-session/publish-queue.server.ts";
import { repairUnattended } from "#app/models/chat-session/unattended.server.ts";
import { sendAnswerEmails } from "./send-answer-emails.server.ts";

const HANDOVER_INTERVAL_MS = 1_000;
const WATCHDOG_INTERVAL_MS = 10_000;
const EMAIL_INTERVAL_MS = 10_000;
/**
 * Interval of the queue updates: the longest time until a queued customer sees that an agent became available or the
 * expected wait changed.
 */
const QUEUE_UPDATE_INTERVAL_MS = 2_000;
/**
 * Interval of the check of all the assistant's sessions, counted from a check without a repair. All are also checked
 * when the process starts. Other checks read only sessions with a message in the last RECENT_ACTIVITY_MS, because a
 * question without a turn is in one of them, unless rows were deleted.
 */
const CHECK_ALL_INTERVAL_MS = 3_600_000;
const RECENT_ACTIVITY_MS = 3 * 3_600_000;
/** Maximum number of handovers that one process starts in one run. */
const HANDOVERS_PER_RUN = 8;

/**
 * Starts the periodic jobs for customers who wait for a person: handovers for agents, the watchdog for unattended
 * sessions, emails with answers, and the queue's updates. A run starts only when the one before has ended.
 * @returns a function that stops them.
 */
export function startWaitingWatchdog(): () => void {
	const checkUnattended = createUnattendedCheck();
	const stops = [
		startPeriodicWork({ name: "writing handovers", everyMs: HANDOVER_INTERVAL_MS, work: writeHandovers }),
		startPeriodicWork({
			name: "the check for unattended sessions",
			everyMs: WATCHDOG_INTERVAL_MS,
			work: checkUnattended,
		}),
		startPeriodicWork({
			name: "sending answers by email",
			everyMs: EMAIL_INTERVAL_MS,
			work: sendAnswerEmails,
		}),
		// The first run is immediate, so that the process has an estimate of the wait in the queue.
		startPeriodicWork({
			name: "updating the queue",
			everyMs: QUEUE_UPDATE_INTERVAL_MS,
			firstMs: 0,
			work: updateQueue,
		}),
	];
	return () => {
		for (const stop of stops) stop();
	};
}

async function writeHandovers(): Promise<void> {
	for (const sessionId of await listWithoutHandover(HANDOVERS_PER_RUN)) {
		// The handover is not awaited: a model may take seconds for one handover, and the other handovers should start now.
		writeHandover(sessionId).catch((error: unknown) => {
			log.error({ sessionId, err: error }, "a handover was not written; the next run tries again");
		});
	}
}

/**
 * Updates the queue position, the expected wait and the text "our team is offline" on the pages of queued customers.
 */
async function updateQueue(): Promise<void> {
	await refreshExpectedWait();
	await publishQueueChanges();
}

/**
 * Creates the watchdog's check, which repairs unattended sessions and logs each repair. On a healthy installation, the
 * check finds only absent agents and customers who have waited longer than announced.
 */
function createUnattendedCheck(): () => Promise<void> {
	let checkedAllAt = 0;
	return async () => {
		const isAll = Date.now() - checkedAllAt >= CHECK_ALL_INTERVAL_MS;
		const repaired = await repairUnattended(isAll ? undefined : new Date(Date.now() - RECENT_ACTIVITY_MS));
		if (isAll && repaired.length === 0) checkedAllAt = Date.now();
		for (const { sessionId, problem, turnNetwork } of repaired) {
			log.warn({ sessionId, problem }, "an unattended session was repaired");
			if (turnNetwork !== null) enqueueJob("answer-session", { sessionId, network: turnNetwork });
		}
	};
}
