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
/** A waiting customer sees an agent arrive, or the wait grow, within this time. */
const QUEUE_UPDATE_INTERVAL_MS = 2_000;
/**
 * All sessions of the assistant are checked when a process starts and this often, until nothing is found. In between only
 * those with a message in the last RECENT_MS are: a question without a turn is in one of them, unless rows were removed.
 */
const CHECK_ALL_INTERVAL_MS = 3_600_000;
const RECENT_ACTIVITY_MS = 3 * 3_600_000;
/** Handovers one process begins in a round. */
const HANDOVERS_PER_RUN = 8;

/**
 * Cares for those who wait for a person: tells the agents what they want, each second, and looks every ten
 * whether anybody is left without anybody, or has gone and is to be written to. Each round begins when the one before has ended.
 * @returns how to stop.
 */
export function startWaitingWatchdog(): () => void {
	const checkUnattended = createUnattendedCheck();
	const stops = [
		startPeriodicWork({ name: "writing hand-overs", everyMs: HANDOVER_INTERVAL_MS, work: writeHandovers }),
		startPeriodicWork({
			name: "the check for unattended conversations",
			everyMs: WATCHDOG_INTERVAL_MS,
			work: checkUnattended,
		}),
		startPeriodicWork({
			name: "sending answers by email",
			everyMs: EMAIL_INTERVAL_MS,
			work: sendAnswerEmails,
		}),
		// At once, so that a process does not begin without an estimate.
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
		// Not waited for: a model may take seconds over one, and the others are to be told of now.
		writeHandover(sessionId).catch((error: unknown) => {
			log.error({ sessionId, err: error }, "a handover was not written; the next round tries again");
		});
	}
}

/** Keeps place, expected wait and "our team is offline" up to date on the pages of waiting customers. */
async function updateQueue(): Promise<void> {
	await refreshExpectedWait();
	await publishQueueChanges();
}

/** Repairs, and says so: on a healthy installation only agents who left and deadlines that passed are seen here. */
function createUnattendedCheck(): () => Promise<void> {
	let checkedAllAt = 0;
	return async () => {
		const isAll = Date.now() - checkedAllAt >= CHECK_ALL_INTERVAL_MS;
		const repaired = await repairUnattended(isAll ? undefined : new Date(Date.now() - RECENT_ACTIVITY_MS));
		if (isAll && repaired.length === 0) checkedAllAt = Date.now();
		for (const { sessionId, problem } of repaired) {
			log.warn({ sessionId, problem }, "nobody took care of a conversation; it has been put right");
			if (problem === "unpromised") enqueueJob("answer-session", { sessionId, network: "" });
		}
	};
}
