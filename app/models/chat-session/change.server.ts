import { eq, sql } from "drizzle-orm";
import { recountAgentSessions } from "#app/models/agent/agent.server.ts";
import { stopAnswer } from "#app/models/ai-turn/stop-answer.server.ts";
import { Conflict, NeedsConfirmation } from "#app/models/errors.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import type { Session } from "#app/realtime/events.ts";
import { type EventTransaction, publish, transact } from "#app/realtime/publish.server.ts";
import { chatSessions } from "#db/schema.ts";
import { composeNotice } from "./compose-notice.server.ts";
import { lockSession } from "./find.server.ts";
import { customerLanguage } from "./locale.ts";
import type { SessionRow } from "./present.server.ts";
import { publishQueueChanges } from "./publish-queue.server.ts";
import { publishSession, readSession, requireNotEnded, sessionEventData } from "./publish-session.server.ts";
import type { Actor } from "./scope.server.ts";

/**
 * Assigns a session to an agent who takes it over. From this commit on the assistant does not write in the session.
 * @throws NotFound; Conflict when the session has ended or another agent has it.
 */
export async function takeOver(
	sessionId: string,
	agent: { agentId: string; name: string },
): Promise<Session> {
	const taken = await transact(async (tx) => {
		const row = await lockSession(tx, sessionId, { type: "agent", ...agent });
		requireNotEnded(row);
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
				// `queued_at` is kept, because together with `assigned_at` it says how long this customer waited. The queue reason
				// is kept too.
				queueDeadline: null,
			})
			.where(eq(chatSessions.sessionId, sessionId));
		const session = await publishSession(tx, sessionId);
		const { language } = session;
		const notice = await composeNotice(tx, { language, notice: "agent-joined" }, ({ joined }) =>
			joined(agent.name),
		);
		await writeMessage(tx, { sessionId, ...notice });
		await recountAgentSessions(tx, agent.agentId);
		return { session, wasQueued: row.status === "queued" };
	});
	if (taken.wasQueued) await publishQueueChanges();
	return taken.session;
}

/**
 * Ends a session. A repeated call changes nothing.
 * @param options.isConfirmed the agent has confirmed that another agent's session ends.
 * @throws NotFound; NeedsConfirmation when another agent has the session and isConfirmed is not set.
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
				// When the session ended in the queue, the customer has no finished wait, so `queued_at` is cleared.
				...(row.status === "queued" ? { queuedAt: null } : {}),
			})
			.where(eq(chatSessions.sessionId, sessionId));
		const language = customerLanguage(row);
		const notice = await composeNotice(tx, { language, notice: "ended" }, ({ ended }) => ended);
		await writeMessage(tx, { sessionId, ...notice });
		await publish(tx, {
			sessionId,
			stream: "internal",
			type: "chat-ended",
			data: await sessionEventData(tx, sessionId, "internal"),
		});
		await publish(tx, {
			sessionId,
			stream: "public",
			type: "chat-ended",
			data: await sessionEventData(tx, sessionId, "public"),
		});
		if (row.assignedAgentId) await recountAgentSessions(tx, row.assignedAgentId);
		return { session: await readSession(tx, sessionId), wasQueued: row.status === "queued" };
	});
	if (ended.wasQueued) await publishQueueChanges();
	return ended.session;
}

/**
 * Stores the customer's rating of a session, 1 to 5. A later rating replaces an earlier one.
 * @throws NotFound; Conflict while the session is open.
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
		return publishSession(tx, sessionId);
	});
}

/**
 * Sets the tags and priority of a session, which agents and programs choose.
 * @throws NotFound
 */
export async function labelSession(
	sessionId: string,
	actor: Actor,
	labels: { tags?: string[]; priority?: SessionRow["priority"] },
): Promise<Session> {
	return transact(async (tx) => {
		await lockSession(tx, sessionId, actor);
		await tx.update(chatSessions).set(labels).where(eq(chatSessions.sessionId, sessionId));
		return publishSession(tx, sessionId);
	});
}

/** Intents of questions that do not say what the customer wants. */
const UNSPECIFIC_INTENTS = ["other", "greeting", "thanks", "goodbye"];

/** Stores the intent and language of the customer's newest question in the session. Only agents see the change. */
export async function recordQuestion(
	tx: EventTransaction,
	sessionId: string,
	{ intent, language }: { intent: string; language: string },
): Promise<void> {
	const storedIntent = UNSPECIFIC_INTENTS.includes(intent)
		? sql`coalesce(${chatSessions.intent}, ${intent})`
		: intent;
	await tx
		.update(chatSessions)
		.set({ intent: storedIntent, detectedLanguage: language })
		.where(eq(chatSessions.sessionId, sessionId));
	await publish(tx, {
		sessionId,
		stream: "internal",
		type: "session-updated",
		data: await sessionEventData(tx, sessionId, "internal"),
	});
}
