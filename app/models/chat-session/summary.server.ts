import { and, asc, eq, gt, ne } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions } from "#db/schema.ts";

/** Number of messages before the question that a model gets in full. */
export const SENT_MESSAGES = 20;
/** Number of the newest messages that stay out of the summary, because the next question often refers to them. */
const KEPT_MESSAGES = 10;
/** Maximum number of messages in one summary; the next summary takes the rest. */
const MAX_MESSAGES = 60;

export type MessagesToSummarise = {
	/** The session's summary so far; null before the first summary. */
	before: string | null;
	beforeSeq: number;
	/** Messages to add to the session's summary, oldest first. */
	messages: { senderType: "user" | "agent" | "bot" | "system"; message: string }[];
	/** The sequence of the newest of the messages to add to the summary. */
	upToSeq: number;
};

/**
 * The messages of a session that no longer fit into a model's prompt and must be summarised; null when all messages
 * fit.
 */
export async function readToSummarise(sessionId: string): Promise<MessagesToSummarise | null> {
	const [session] = await db
		.select({ before: chatSessions.summary, beforeSeq: chatSessions.summarySeq })
		.from(chatSessions)
		.where(eq(chatSessions.sessionId, sessionId));
	if (!session) return null;
	// The query reads the messages for one summary, and the newest messages, which stay out of it.
	const rows = await db
		.select({ seq: chatMessages.seq, senderType: chatMessages.senderType, message: chatMessages.message })
		.from(chatMessages)
		.where(
			and(
				eq(chatMessages.sessionId, sessionId),
				gt(chatMessages.seq, session.beforeSeq),
				ne(chatMessages.senderType, "system"),
			),
		)
		.orderBy(asc(chatMessages.seq))
		.limit(MAX_MESSAGES + KEPT_MESSAGES);
	if (rows.length <= SENT_MESSAGES) return null;
	const messages = rows.slice(0, -KEPT_MESSAGES);
	const upToSeq = messages.at(-1)?.seq;
	return upToSeq === undefined ? null : { ...session, messages, upToSeq };
}

/** Stores a session's summary, unless another summary was stored since its messages were read. */
export async function saveSummary(
	sessionId: string,
	{ beforeSeq, upToSeq }: Pick<MessagesToSummarise, "beforeSeq" | "upToSeq">,
	summary: string,
): Promise<void> {
	await db
		.update(chatSessions)
		.set({ summary, summarySeq: upToSeq })
		.where(and(eq(chatSessions.sessionId, sessionId), eq(chatSessions.summarySeq, beforeSeq)));
}
