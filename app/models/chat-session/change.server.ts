import { eq, sql } from "drizzle-orm";
import { recountAgentSessions } from "#app/models/agent/agent.server.ts";
import { stopAnswer } from "#app/models/ai-turn/stopped-answer.server.ts";
import { Conflict, NeedsConfirmation } from "#app/models/errors.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import type { Session } from "#app/realtime/events.ts";
import { publish, transact } from "#app/realtime/publish.server.ts";
import type { Transaction } from "#db/client.server.ts";
import { chatSessions } from "#db/schema.ts";
import { announceSession, readSession, refuseEnded, sessionData } from "./announce.server.ts";
import { announceQueueChanges } from "./announce-queue.server.ts";
import { lockSession } from "./find.server.ts";
import { spokenLanguage } from "./locale.ts";
import { wordNotice } from "./notices.server.ts";
import type { SessionRow } from "./present.server.ts";
import type { Actor } from "./scope.server.ts";

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
		await stopAnswer(tx, sessionId);
		await tx
			.update(chatSessions)
			.set({
				status: "agent",
				assignedAgentId: agent.agentId,
				assignedAt: sql`now()`,
				// queued_at stays, which with assigned_at is what this customer waited, and so does the reason.
				queueDeadline: null,
			})
			.where(eq(chatSessions.sessionId, sessionId));
		const session = await announceSession(tx, sessionId);
		const { language } = session;
		const said = await wordNotice(tx, { language, notice: "agent-joined" }, ({ joined }) =>
			joined(agent.name),
		);
		await writeMessage(tx, { sessionId, ...said });
		await recountAgentSessions(tx, agent.agentId);
		return { session, wasQueued: row.status === "queued" };
	});
	if (taken.wasQueued) await announceQueueChanges();
	return taken.session;
}

/**
 * Ends a conversation. Ending twice changes nothing.
 * @param options.isConfirmed an agent has confirmed that the conversation of another agent ends.
 * @throws NotFound; NeedsConfirmation when another agent has it and that is not confirmed.
 */
export async function endSession(
	sessionId: string,
	actor: Actor,
	options: { isConfirmed: boolean } = { isConfirmed: false },
): Promise<Session> {
	const ended = await transact(async (tx) => {
		const row = await lockSession(tx, sessionId, actor);
		if (!row.isActive) return { session: await readSession(tx, sessionId), wasQueued: false };
		const isOthers =
			actor.type === "agent" && row.assignedAgentId !== null && row.assignedAgentId !== actor.agentId;
		if (isOthers && !options.isConfirmed) {
			const holder = (await readSession(tx, sessionId)).agentName ?? "Another agent";
			throw new NeedsConfirmation(`${holder} has this conversation. Do you want to end it?`);
		}
		await stopAnswer(tx, sessionId);
		await tx
			.update(chatSessions)
			.set({
				status: "ended",
				isActive: false,
				endedAt: sql`now()`,
				queueDeadline: null,
				// Who left before anybody came has waited for nobody: no measure of how long it takes.
				...(row.status === "queued" ? { queuedAt: null } : {}),
			})
			.where(eq(chatSessions.sessionId, sessionId));
		const language = spokenLanguage(row);
		const said = await wordNotice(tx, { language, notice: "ended" }, ({ ended }) => ended);
		await writeMessage(tx, { sessionId, ...said });
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
	if (ended.wasQueued) await announceQueueChanges();
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

/** Keeps what the customer wants, by their newest question that says so, and their language; only agents hear of it. */
export async function noteQuestion(
	tx: Transaction,
	sessionId: string,
	{ intent, language }: { intent: string; language: string },
): Promise<void> {
	const kept = EMPTY_INTENTS.includes(intent) ? sql`coalesce(${chatSessions.intent}, ${intent})` : intent;
	await tx
		.update(chatSessions)
		.set({ intent: kept, detectedLanguage: language })
		.where(eq(chatSessions.sessionId, sessionId));
	await publish(tx, {
		sessionId,
		stream: "internal",
		type: "session-updated",
		data: await sessionData(tx, sessionId, "internal"),
	});
}
