import { eq, sql } from "drizzle-orm";
import { recountAgentSessions } from "#app/models/agent.server.ts";
import { withdrawAnswer } from "#app/models/ai-turn.server.ts";
import { Conflict, Forbidden } from "#app/models/errors.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import type { Session } from "#app/realtime/events.ts";
import { publish, transact } from "#app/realtime/publish.server.ts";
import { db, type Transaction } from "#db/client.server.ts";
import { chatSessions } from "#db/schema.ts";
import { lockSession } from "./find.server.ts";
import { forAgent, forCustomer, type SessionRow, selectSessions } from "./present.server.ts";
import type { Actor } from "./scope.server.ts";

/** Most waiting customers who are told their new place when the queue moves; the others see it on their next event. */
const TOLD_OF_QUEUE = 50;

/** Why a person was asked for; stored, and phrased by the page. */
export type QueueReason = "requested" | "assistant-unsure" | "assistant-failed" | "assistant-off" | string;

/**
 * Puts a conversation in the queue for a person. Asking again changes nothing.
 * @throws NotFound, Conflict when it has ended.
 */
export async function requestAgent(sessionId: string, actor: Actor): Promise<Session> {
	const session = await transact(async (tx) => {
		const row = await lockSession(tx, sessionId, actor);
		refuseEnded(row);
		if (row.status !== "assistant") return readSession(tx, sessionId);
		await withdrawAnswer(tx, sessionId);
		return queueSession(tx, sessionId, "requested");
	});
	return session;
}

/** Queues a session in the caller's transaction and says so in the conversation. */
export async function queueSession(
	tx: Transaction,
	sessionId: string,
	reason: QueueReason,
): Promise<Session> {
	await tx
		.update(chatSessions)
		.set({ status: "queued", queuedAt: sql`clock_timestamp()`, queueReason: reason, assignedAgentId: null })
		.where(eq(chatSessions.sessionId, sessionId));
	const session = await announceSession(tx, sessionId);
	await writeMessage(tx, {
		sessionId,
		senderType: "system",
		message: `An agent has been called. You are number ${session.queuePosition ?? 1} in the queue.`,
		metadata: { notice: "queued", queuePosition: session.queuePosition, reason },
	});
	return session;
}

/**
 * An agent takes a conversation over: the assistant falls silent from this commit on.
 * @throws NotFound; Conflict when it has ended or another agent has it.
 */
export async function takeOver(
	sessionId: string,
	agent: { agentId: string; name: string },
): Promise<Session> {
	const taken = await transact(async (tx) => {
		const row = await lockSession(tx, sessionId, { type: "agent", ...agent });
		refuseEnded(row);
		if (row.status === "agent") {
			if (row.assignedAgentId === agent.agentId)
				return { session: await readSession(tx, sessionId), wasQueued: false };
			const holder = (await readSession(tx, sessionId)).agentName ?? "Another agent";
			throw new Conflict(`${holder} has taken this conversation.`);
		}
		await withdrawAnswer(tx, sessionId);
		await tx
			.update(chatSessions)
			.set({
				status: "agent",
				assignedAgentId: agent.agentId,
				assignedAt: sql`now()`,
				queuedAt: null,
				queueReason: null,
			})
			.where(eq(chatSessions.sessionId, sessionId));
		const session = await announceSession(tx, sessionId);
		await writeMessage(tx, {
			sessionId,
			senderType: "system",
			message: `${agent.name} has joined the conversation.`,
			metadata: { notice: "agent-joined" },
		});
		await recountAgentSessions(tx, agent.agentId);
		return { session, wasQueued: row.status === "queued" };
	});
	if (taken.wasQueued) await tellQueue();
	return taken.session;
}

/**
 * Ends a conversation. Ending twice changes nothing.
 * @throws NotFound; Forbidden when another agent has it.
 */
export async function endSession(sessionId: string, actor: Actor): Promise<Session> {
	const ended = await transact(async (tx) => {
		const row = await lockSession(tx, sessionId, actor);
		if (!row.isActive) return { session: await readSession(tx, sessionId), wasQueued: false };
		if (actor.type === "agent" && row.assignedAgentId !== null && row.assignedAgentId !== actor.agentId) {
			throw new Forbidden("Only the agent who has this conversation can end it.");
		}
		await withdrawAnswer(tx, sessionId);
		await tx
			.update(chatSessions)
			.set({ status: "ended", isActive: false, endedAt: sql`now()`, queuedAt: null })
			.where(eq(chatSessions.sessionId, sessionId));
		await writeMessage(tx, {
			sessionId,
			senderType: "system",
			message: "This conversation has ended.",
			metadata: { notice: "ended" },
		});
		await publish(tx, {
			sessionId,
			stream: "internal",
			type: "chat-ended",
			data: await sessionData(tx, sessionId, "internal"),
		});
		await publish(tx, {
			sessionId,
			stream: "public",
			type: "chat-ended",
			data: await sessionData(tx, sessionId, "public"),
		});
		if (row.assignedAgentId) await recountAgentSessions(tx, row.assignedAgentId);
		return { session: await readSession(tx, sessionId), wasQueued: row.status === "queued" };
	});
	if (ended.wasQueued) await tellQueue();
	return ended.session;
}

/**
 * Keeps the customer's rating, 1 to 5; a later one replaces it, the same one again changes nothing.
 * @throws NotFound; Conflict while the conversation is still open.
 */
export async function rateSession(sessionId: string, actor: Actor, rating: number): Promise<Session> {
	return transact(async (tx) => {
		const row = await lockSession(tx, sessionId, actor);
		if (row.isActive) throw new Conflict("A conversation can be rated once it has ended.");
		if (row.customerSatisfactionRating === rating) return readSession(tx, sessionId);
		await tx
			.update(chatSessions)
			.set({ customerSatisfactionRating: rating })
			.where(eq(chatSessions.sessionId, sessionId));
		return announceSession(tx, sessionId);
	});
}

/** Sets what agents and programs keep about a conversation. @throws NotFound */
export async function labelSession(
	sessionId: string,
	actor: Actor,
	labels: { tags?: string[]; priority?: SessionRow["priority"] },
): Promise<Session> {
	return transact(async (tx) => {
		await lockSession(tx, sessionId, actor);
		await tx.update(chatSessions).set(labels).where(eq(chatSessions.sessionId, sessionId));
		return announceSession(tx, sessionId);
	});
}

/** Words that say nothing of what the customer wants. */
const EMPTY_INTENTS = ["other", "greeting", "thanks", "goodbye"];

/** Keeps what the customer wants, by their newest question that says so; only agents hear of it. */
export async function noteIntent(tx: Transaction, sessionId: string, intent: string): Promise<void> {
	const kept = EMPTY_INTENTS.includes(intent) ? sql`coalesce(${chatSessions.intent}, ${intent})` : intent;
	await tx.update(chatSessions).set({ intent: kept }).where(eq(chatSessions.sessionId, sessionId));
	await publish(tx, {
		sessionId,
		stream: "internal",
		type: "session-updated",
		data: await sessionData(tx, sessionId, "internal"),
	});
}

/** Tells both sides what a session looks like now. */
async function announceSession(tx: Transaction, sessionId: string): Promise<Session> {
	for (const stream of ["internal", "public"] as const) {
		await publish(tx, {
			sessionId,
			stream,
			type: "session-updated",
			data: await sessionData(tx, sessionId, stream),
		});
	}
	return readSession(tx, sessionId);
}

async function sessionData(tx: Transaction, sessionId: string, stream: "public" | "internal") {
	const [view] = await selectSessions(tx).where(eq(chatSessions.sessionId, sessionId));
	if (!view) throw new Error("The session is gone.");
	const session = stream === "public" ? forCustomer(view) : forAgent(view);
	return (place: { stream: "public" | "internal"; seq: number }) => ({
		...place,
		session: stream === "public" ? { ...session, lastSeq: place.seq } : session,
	});
}

async function readSession(tx: Transaction, sessionId: string): Promise<Session> {
	const [view] = await selectSessions(tx).where(eq(chatSessions.sessionId, sessionId));
	if (!view) throw new Error("The session is gone.");
	return forAgent(view);
}

/** Tells those who wait their new place, after one of them has left the queue. */
async function tellQueue(): Promise<void> {
	const waiting = await db
		.select({ sessionId: chatSessions.sessionId })
		.from(chatSessions)
		.where(eq(chatSessions.status, "queued"))
		.orderBy(chatSessions.queuedAt)
		.limit(TOLD_OF_QUEUE);
	for (const { sessionId } of waiting) {
		await transact(async (tx) => {
			await tx.select().from(chatSessions).where(eq(chatSessions.sessionId, sessionId)).for("update");
			await publish(tx, {
				sessionId,
				stream: "public",
				type: "session-updated",
				data: await sessionData(tx, sessionId, "public"),
			});
		});
	}
}

function refuseEnded(row: SessionRow): void {
	if (!row.isActive) throw new Conflict("This conversation has ended. Start a new one to go on.");
}
