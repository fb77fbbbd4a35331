import { and, eq, inArray, sql } from "drizzle-orm";
import { enqueueJob } from "#app/job-queue.server.ts";
import { recountAgentSessions } from "#app/models/agent/agent.server.ts";
import { stopAnswer } from "#app/models/ai-turn/stopped-answer.server.ts";
import { Conflict } from "#app/models/errors.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import { nextOpening } from "#app/models/setting/business-hours.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { Session } from "#app/realtime/events.ts";
import { transact } from "#app/realtime/publish.server.ts";
import type { Transaction } from "#db/client.server.ts";
import { chatSessions } from "#db/schema.ts";
import type { MessageMetadata } from "#db/shapes.ts";
import { announceSession, readSession, refuseEnded } from "./announce.server.ts";
import { lockSession } from "./find.server.ts";
import type { NoticeWords } from "./notice-words.ts";
import { wordNotice } from "./notices.server.ts";
import type { SessionRow } from "./present.server.ts";
import type { Actor } from "./scope.server.ts";

/** Why a person was asked for; stored, and phrased by the page. An owner's topic is `topic:` and its name. */
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

/** Reasons that make a conversation more urgent than others. */
const PRIORITY_OF_REASON: Record<QueueReason, "high" | "urgent"> = {
	"customer-upset": "high",
	legal: "high",
	safety: "urgent",
};

/**
 * Puts a conversation in the queue for a person. Asking again changes nothing.
 * @throws NotFound, Conflict when it has ended.
 */
export async function requestAgent(sessionId: string, actor: Actor): Promise<Session> {
	const requested = await transact(async (tx) => {
		const row = await lockSession(tx, sessionId, actor);
		refuseEnded(row);
		if (row.status !== "assistant") return { session: await readSession(tx, sessionId), isNew: false };
		await stopAnswer(tx, sessionId);
		return { session: await queueSession(tx, sessionId, "requested"), isNew: true };
	});
	if (requested.isNew) enqueueJob("check-urgency", { sessionId, text: null });
	return requested.session;
}

/**
 * Queues a session in the caller's transaction, with a deadline, and writes the notice. The agent's handover is
 * made again.
 */
export async function queueSession(
	tx: Transaction,
	sessionId: string,
	reason: QueueReason,
): Promise<Session> {
	await enterQueue(tx, sessionId, reason);
	const priority = PRIORITY_OF_REASON[reason];
	if (priority) await raisePriority(tx, sessionId, priority);
	return announceQueued(tx, sessionId, { kind: "queued", text: ({ called }) => called, reason });
}

/**
 * Gives a conversation back to the queue because its agent does not answer. It waits since the message that was not
 * answered, so it is ahead of customers who came later.
 */
export async function requeueSession(tx: Transaction, row: SessionRow): Promise<Session> {
	const { sessionId } = row;
	const { agentName } = await readSession(tx, sessionId);
	await enterQueue(tx, sessionId, "agent-away", unansweredSince);
	await raisePriority(tx, sessionId, "high");
	if (row.assignedAgentId) await recountAgentSessions(tx, row.assignedAgentId);
	return announceQueued(tx, sessionId, {
		kind: "requeued",
		text: ({ left }) => left(agentName),
		reason: "agent-away",
	});
}

/** No agent came by the deadline: the conversation says so. Waiting alone does not raise the priority. */
export async function admitOverdue(tx: Transaction, sessionId: string): Promise<Session> {
	await tx
		.update(chatSessions)
		.set({ overdueNoticedAt: presentMoment })
		.where(eq(chatSessions.sessionId, sessionId));
	return announceQueued(tx, sessionId, { kind: "queue-overdue", text: ({ overdue }) => overdue });
}

/** Gives a waiting conversation the deadline it lacks. */
export async function setDeadline(tx: Transaction, sessionId: string): Promise<void> {
	const deadline = await nextDeadline(tx);
	await tx
		.update(chatSessions)
		.set({ queueDeadline: deadline, queuedAt: sql`coalesce(queued_at, ${presentMoment})` })
		.where(eq(chatSessions.sessionId, sessionId));
	await announceSession(tx, sessionId);
}

/**
 * Keeps where a waiting customer wants to be written to. The same address again changes nothing.
 * @throws NotFound, Conflict when nobody is being waited for.
 */
export async function leaveEmail(sessionId: string, actor: Actor, email: string): Promise<Session> {
	return transact(async (tx) => {
		const row = await lockSession(tx, sessionId, actor);
		if (row.status !== "queued") throw new Conflict("You are not waiting for a person here any more.");
		if (row.contactEmail === email) return readSession(tx, sessionId);
		await tx.update(chatSessions).set({ contactEmail: email }).where(eq(chatSessions.sessionId, sessionId));
		const session = await announceSession(tx, sessionId);
		const { language } = session;
		const said = await wordNotice(tx, { language, notice: "email-left" }, ({ emailLeft }) =>
			emailLeft(email),
		);
		await writeMessage(tx, { sessionId, ...said });
		return session;
	});
}

/** In whole milliseconds, as browsers see it, so that server and browser sort alike. */
const presentMoment = sql`date_trunc('milliseconds', clock_timestamp())`;

/** Since when the customer of a conversation waits for its agent; now when they do not. */
const unansweredSince = sql`coalesce((
	select greatest(newest.sent_at, chat_sessions.assigned_at) from (
		select sender_type, sent_at from chat_messages
		where chat_messages.session_id = chat_sessions.session_id and sender_type <> 'system'
			and not metadata ? 'stopped'
		order by seq desc limit 1
	) newest where newest.sender_type = 'user'
), ${presentMoment})`;

/** @param since SQL expression of the moment from which the customer's wait counts. */
async function enterQueue(
	tx: Transaction,
	sessionId: string,
	reason: QueueReason,
	since = presentMoment,
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

/** By when somebody should come: so many minutes from now, or from the next opening. */
export async function nextDeadline(tx: Transaction): Promise<Date> {
	const { answerWithinMinutes } = await getSetting("queue", tx);
	const now = new Date();
	const from = nextOpening(await getSetting("business_hours", tx), now) ?? now;
	return new Date(from.getTime() + answerWithinMinutes * 60_000);
}

/** Makes a conversation at least this urgent. @returns whether that changed it. */
export async function raisePriority(
	tx: Transaction,
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

/** Announces the queued conversation and writes the notice. Place and wait are live state, so neither is written. */
async function announceQueued(
	tx: Transaction,
	sessionId: string,
	notice: {
		kind: MessageMetadata["notice"];
		text: (words: NoticeWords) => string;
		reason?: QueueReason;
	},
): Promise<Session> {
	const session = await announceSession(tx, sessionId);
	const { language } = session;
	const said = await wordNotice(tx, { language, notice: notice.kind }, notice.text);
	await writeMessage(tx, {
		sessionId,
		...said,
		metadata: { ...said.metadata, ...(notice.reason ? { reason: notice.reason } : {}) },
	});
	return session;
}
