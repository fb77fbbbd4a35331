import { and, desc, eq, inArray, isNotNull, isNull, ne } from "drizzle-orm";
import { type EventTransaction, publish, transact } from "#app/realtime/publish.server.ts";
import { db } from "#db/client.server.ts";
import { aiTurns, assistantActions, chatMessages, chatSessions } from "#db/schema.ts";
import type { Answer, Handover } from "#db/shapes.ts";
import { sessionEventData } from "./publish-session.server.ts";

/** Number of messages that a handover summarises. The agent can read older ones in the session itself. */
const MAX_MESSAGES = 40;
const MAX_TURNS = 8;

export type HandoverMaterial = {
	intent: string | null;
	queueReason: string | null;
	/** The newest messages, oldest first. `answers` and `actions` are oldest first too. */
	messages: { senderType: "user" | "agent" | "bot" | "system"; message: string }[];
	/** Results of the assistant's answers, such as whether a question was answered. */
	answers: Answer[];
	/** Actions that the assistant proposed, and their states. */
	actions: { tool: string; state: string }[];
};

/** Lists sessions in the queue or with an agent that have no handover yet. */
export async function listWithoutHandover(limit: number): Promise<string[]> {
	const rows = await db
		.select({ sessionId: chatSessions.sessionId })
		.from(chatSessions)
		.where(
			and(
				inArray(chatSessions.status, ["queued", "agent"]),
				isNull(chatSessions.handover),
				// A session without messages has nothing to summarise.
				isNotNull(chatSessions.lastMessageAt),
			),
		)
		.orderBy(desc(chatSessions.queuedAt))
		.limit(limit);
	return rows.map((row) => row.sessionId);
}

/**
 * Writes the first handover of a session that has none.
 * @returns the handover and the messages that it is made from; null when a handover exists, or another process is
 * writing one.
 */
export async function writeFirstHandover(
	sessionId: string,
	make: (material: HandoverMaterial) => Handover,
): Promise<{ material: HandoverMaterial; handover: Handover } | null> {
	return transact(async (tx) => {
		const [row] = await tx
			.select()
			.from(chatSessions)
			.where(and(eq(chatSessions.sessionId, sessionId), isNull(chatSessions.handover)))
			.for("update", { skipLocked: true });
		if (!row) return null;
		const material = await readMaterial(tx, row);
		const handover = make(material);
		await storeHandover(tx, sessionId, handover);
		return { material, handover };
	});
}

/** Replaces a handover's summary, unless the handover has changed since `before` was read. */
export async function replaceSummary(
	sessionId: string,
	{ before, after }: { before: string; after: string },
): Promise<void> {
	await transact(async (tx) => {
		const [row] = await tx
			.select({ handover: chatSessions.handover })
			.from(chatSessions)
			.where(eq(chatSessions.sessionId, sessionId))
			.for("update");
		if (row?.handover?.summary !== before) return;
		await storeHandover(tx, sessionId, { ...row.handover, summary: after });
	});
}

async function storeHandover(tx: EventTransaction, sessionId: string, handover: Handover): Promise<void> {
	await tx.update(chatSessions).set({ handover }).where(eq(chatSessions.sessionId, sessionId));
	await publish(tx, {
		sessionId,
		stream: "internal",
		type: "session-updated",
		data: await sessionEventData(tx, sessionId, "internal"),
	});
}

async function readMaterial(
	tx: EventTransaction,
	row: typeof chatSessions.$inferSelect,
): Promise<HandoverMaterial> {
	const { sessionId, intent, queueReason } = row;
	const messages = await tx
		.select({ senderType: chatMessages.senderType, message: chatMessages.message })
		.from(chatMessages)
		.where(and(eq(chatMessages.sessionId, sessionId), ne(chatMessages.senderType, "system")))
		.orderBy(desc(chatMessages.seq))
		.limit(MAX_MESSAGES);
	const turns = await tx
		.select({ outcome: aiTurns.outcome })
		.from(aiTurns)
		.where(and(eq(aiTurns.sessionId, sessionId), eq(aiTurns.state, "done")))
		.orderBy(desc(aiTurns.questionSeq))
		.limit(MAX_TURNS);
	const actions = await tx
		.select({ tool: assistantActions.tool, state: assistantActions.state })
		.from(assistantActions)
		.where(eq(assistantActions.sessionId, sessionId))
		.orderBy(desc(assistantActions.createdAt), desc(assistantActions.id))
		.limit(MAX_TURNS);
	return {
		intent,
		queueReason,
		messages: messages.reverse(),
		answers: turns.reverse().flatMap(({ outcome }) => outcome ?? []),
		actions: actions.reverse(),
	};
}
