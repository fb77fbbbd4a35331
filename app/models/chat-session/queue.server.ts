import { and, eq, inArray, sql } from "drizzle-orm";
import { enqueueJob } from "#app/job-queue.server.ts";
import { recountAgentSessions } from "#app/models/agent/agent.server.ts";
import { stopAnswer } from "#app/models/ai-turn/stop-answer.server.ts";
import { Conflict } from "#app/models/errors.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import { nextOpening } from "#app/models/setting/business-hours.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { Session } from "#app/realtime/events.ts";
import { type EventTransaction, transact } from "#app/realtime/publish.server.ts";
import { chatSessions } from "#db/schema.ts";
import type { MessageMetadata } from "#db/shapes.ts";
import { composeNotice } from "./compose-notice.server.ts";
import { lockSession } from "./find.server.ts";
import type { NoticeTexts } from "./notice-texts.ts";
import type { SessionRow } from "./present.server.ts";
import { publishSession, readSession, requireNotEnded } from "./publish-session.server.ts";
import type { Actor } from "./scope.server.ts";

/**
 * Why an agent was requested. The reason is stored, and the page makes a text of it. The reason for an owner's topic is
 * `topic:` and the topic's name.
 */
type QueueReason =
	| "requested"
	| "customer-upset"
	| "needs-a-person"
	| "assistant-unsure"
	| "assistant-failed"
	| "assistant-limit"
	| "assistant-off"
	| "legal"
	| "safety"
	| "large-refund"
	| "agent-away"
	| string;

/** The reasons for requesting an agent that raise a session's priority, with the new priority. */
const PRIORITY_OF_REASON: Record<QueueReason, "high" | "urgent"> = {
	"customer-upset": "high",
	legal: "high",
	safety: "urgent",
};

/**
 * Puts a session in the queue for an agent. A repeated request changes nothing.
 * @throws NotFound; Conflict when the session has ended.
 */
export async function requestAgent(sessionId: string, actor: Actor): Promise<Session> {
	const requested = await transact(async (tx) => {
		const row = await lockSession(tx, sessionId, actor);
		requireNotEnded(row);
		if (row.status !== "assistant") return { session: await readSession(tx, sessionId), isNew: false };
		await stopAnswer(tx, sessionId);
		return { session: await queueSession(tx, sessionId, "requested"), isNew: true };
	});
	if (requested.isNew) enqueueJob("check-urgency", { sessionId, text: null });
	return requested.session;
}

/**
 * Queues a session in the caller's transaction, with the time by which an agent should come, and writes the notice. The
 * session's handover is deleted, so that a new one is written.
 */
export async function queueSession(
	tx: EventTransaction,
	sessionId: string,
	reason: QueueReason,
): Promise<Session> {
	await enterQueue(tx, sessionId, reason);
	const priority = PRIORITY_OF_REASON[reason];
	if (priority) await raisePriority(tx, sessionId, priority);
	return publishQueued(tx, sessionId, { kind: "queued", text: ({ called }) => called, reason });
}

/**
 * Returns a session to the queue because its agent does not answer. The wait counts from the message that was not
 * answered, so the session comes before customers who came later.
 */
export async function requeueSession(tx: EventTransaction, row: SessionRow): Promise<Session> {
	const { sessionId } = row;
	const { agentName } = await readSession(tx, sessionId);
	await enterQueue(tx, sessionId, "agent-away", unansweredSince);
	await raisePriority(tx, sessionId, "high");
	if (row.assignedAgentId) await recountAgentSessions(tx, row.assignedAgentId);
	return publishQueued(tx, sessionId, {
		kind: "requeued",
		text: ({ left }) => left(agentName),
		reason: "agent-away",
	});
}

/**
 * Writes the notice that no agent came within the announced waiting time. The delay does not raise the session's
 * priority.
 */
export async function writeOverdueNotice(tx: EventTransaction, sessionId: string): Promise<Session> {
	await tx
		.update(chatSessions)
		.set({ overdueNoticedAt: nowInMilliseconds })
		.where(eq(chatSessions.sessionId, sessionId));
	return publishQueued(tx, sessionId, { kind: "queue-overdue", text: ({ overdue }) => overdue });
}

/** Sets the time by which an agent should come, for a queued session that has none. */
export async function setMissingDeadline(tx: EventTransaction, sessionId: string): Promise<void> {
	const deadline = await nextDeadline(tx);
	await tx
		.update(chatSessions)
		.set({ queueDeadline: deadline, queuedAt: sql`coalesce(queued_at, ${nowInMilliseconds})` })
		.where(eq(chatSessions.sessionId, sessionId));
	await publishSession(tx, sessionId);
}

/**
 * Stores the email address at which a queued customer wants the answer. A repeated call with one address changes
 * nothing.
 * @throws NotFound; Conflict when the session is not in the queue.
 */
export async function saveContactEmail(sessionId: string, actor: Actor, email: string): Promise<Session> {
	return transact(async (tx) => {
		const row = await lockSession(tx, sessionId, actor);
		if (row.status !== "queued") throw new Conflict("You are not waiting for a person here any more.");
		if (row.contactEmail === email) return readSession(tx, sessionId);
		await tx.update(chatSessions).set({ contactEmail: email }).where(eq(chatSessions.sessionId, sessionId));
		const session = await publishSession(tx, sessionId);
		const { language } = session;
		const notice = await composeNotice(tx, { language, notice: "email-left" }, ({ emailLeft }) =>
			emailLeft(email),
		);
		await writeMessage(tx, { sessionId, ...notice });
		return session;
	});
}

/**
 * SQL expression for the present time in whole milliseconds. Browsers have no finer times, so server and browser sort
 * sessions alike.
 */
const nowInMilliseconds = sql`date_trunc('milliseconds', clock_timestamp())`;

/**
 * SQL expression for the time since which the customer has waited for an answer of the session's agent; the present
 * time when the customer does not wait.
 */
const unansweredSince = sql`coalesce((
	select greatest(newest.sent_at, chat_sessions.assigned_at) from (
		select sender_type, sent_at from chat_messages
		where chat_messages.session_id = chat_sessions.session_id and sender_type <> 'system'
			and not metadata ? 'stopped'
		order by seq desc limit 1
	) newest where newest.sender_type = 'user'
), ${nowInMilliseconds})`;

/**
 * Sets a session's row to the state "queued".
 * @param since SQL expression of the time from which the customer's wait counts.
 */
async function enterQueue(
	tx: EventTransaction,
	sessionId: string,
	reason: QueueReason,
	since = nowInMilliseconds,
): Promise<void> {
	await tx
		.update(chatSessions)
		.set({
			status: "queued",
			queuedAt: since,
			queueReason: reason,
			queueDeadline: await nextDeadline(tx),
			assignedAgentId: null,
			handover: null,
		})
		.where(eq(chatSessions.sessionId, sessionId));
}

/** The time by which an agent should come: some minutes from now, or from the next opening of the store. */
export async function nextDeadline(tx: EventTransaction): Promise<Date> {
	const { answerWithinMinutes } = await getSetting("queue", tx);
	const now = new Date();
	const from = nextOpening(await getSetting("business_hours", tx), now) ?? now;
	return new Date(from.getTime() + answerWithinMinutes * 60_000);
}

/**
 * Raises a session's priority to at least the given one.
 * @returns whether the priority changed.
 */
export async function raisePriority(
	tx: EventTransaction,
	sessionId: string,
	priority: "high" | "urgent",
): Promise<boolean> {
	const lower = priority === "urgent" ? ["low", "normal", "high"] : ["low", "normal"];
	const changed = await tx
		.update(chatSessions)
		.set({ priority })
		.where(and(eq(chatSessions.sessionId, sessionId), inArray(sql`${chatSessions.priority}`, lower)))
		.returning({ id: chatSessions.id });
	return changed.length > 0;
}

/**
 * Publishes the queued session and writes the notice. The notice does not contain queue position and wait, because
 * these change.
 */
async function publishQueued(
	tx: EventTransaction,
	sessionId: string,
	notice: {
		kind: MessageMetadata["notice"];
		text: (texts: NoticeTexts) => string;
		reason?: QueueReason;
	},
): Promise<Session> {
	const session = await publishSession(tx, sessionId);
	const { language } = session;
	const composed = await composeNotice(tx, { language, notice: notice.kind }, notice.text);
	await writeMessage(tx, {
		sessionId,
		...composed,
		metadata: { ...composed.metadata, ...(notice.reason ? { reason: notice.reason } : {}) },
	});
	return session;
}
