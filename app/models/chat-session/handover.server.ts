import { and, desc, eq, inArray, isNotNull, isNull, ne } from "drizzle-orm";
import { publish, transact } from "#app/realtime/publish.server.ts";
import { db, type Transaction } from "#db/client.server.ts";
import { aiTurns, assistantActions, chatMessages, chatSessions } from "#db/schema.ts";
import type { Answer, Handover } from "#db/shapes.ts";
import { sessionData } from "./announce.server.ts";

/** What an agent is told of a conversation that comes to them: kept with it, and where its material is read. */

/** Said before the handover; older words are in the transcript. */
const MOST_MESSAGES = 40;
const MOST_TURNS = 8;

export type HandoverMaterial = {
	intent: string | null;
	queueReason: string | null;
	/** The newest ones, oldest first; so are `answers` and `actions`. */
	said: { senderType: "user" | "agent" | "bot" | "system"; message: string }[];
	/** What the assistant's answers came to. */
	answers: Answer[];
	/** What its tools did. */
	actions: { tool: string; state: string }[];
};

/** Conversations people wait in or have, of which nothing has been told yet. */
export async function listWithoutHandover(limit: number): Promise<string[]> {
	const rows = await db
		.select({ sessionId: chatSessions.sessionId })
		.from(chatSessions)
		.where(
			and(
				inArray(chatSessions.status, ["queued", "agent"]),
				isNull(chatSessions.handover),
				// Who has not written yet has nothing to be told of.
				isNotNull(chatSessions.lastMessageAt),
			),
		)
		.orderBy(desc(chatSessions.queuedAt))
		.limit(limit);
	return rows.map((row) => row.sessionId);
}

/**
 * Writes a first handover into a conversation that has none, made of what was said and done.
 * @returns it and its material; null when it has one by now, or another process is just writing it.
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

/** Puts a better summary in the place of one; not when the handover has been made anew meanwhile. */
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

async function storeHandover(tx: Transaction, sessionId: string, handover: Handover): Promise<void> {
	await tx.update(chatSessions).set({ handover }).where(eq(chatSessions.sessionId, sessionId));
	await publish(tx, {
		sessionId,
		stream: "internal",
		type: "session-updated",
		data: await sessionData(tx, sessionId, "internal"),
	});
}

async function readMaterial(
	tx: Transaction,
	row: typeof chatSessions.$inferSelect,
): Promise<HandoverMaterial> {
	const { sessionId, intent, queueReason } = row;
	const said = await tx
		.select({ senderType: chatMessages.senderType, message: chatMessages.message })
		.from(chatMessages)
		.where(and(eq(chatMessages.sessionId, sessionId), ne(chatMessages.senderType, "system")))
		.orderBy(desc(chatMessages.seq))
		.limit(MOST_MESSAGES);
	const turns = await tx
		.select({ outcome: aiTurns.outcome })
		.from(aiTurns)
		.where(and(eq(aiTurns.sessionId, sessionId), eq(aiTurns.state, "done")))
		.orderBy(desc(aiTurns.questionSeq))
		.limit(MOST_TURNS);
	const actions = await tx
		.select({ tool: assistantActions.tool, state: assistantActions.state })
		.from(assistantActions)
		.where(eq(assistantActions.sessionId, sessionId))
		.orderBy(desc(assistantActions.createdAt), desc(assistantActions.id))
		.limit(MOST_TURNS);
	return {
		intent,
		queueReason,
		said: said.reverse(),
		answers: turns.reverse().flatMap(({ outcome }) => outcome ?? []),
		actions: actions.reverse(),
	};
}
