import { and, asc, eq, gt, ne } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions } from "#db/schema.ts";

/** A long conversation in a few sentences: what was said up to `summary_seq`, for a model to read in its place. */

/** Messages before the question that a model is given as they are. */
export const SENT_MESSAGES = 20;
/** Of those, the newest stay out of a summary: they are what the next question leans on. */
const KEPT_MESSAGES = 10;
/** Read for one summary; the conversation goes on, and the next one takes more. */
const MOST_MESSAGES = 60;

export type ToSummarise = {
	/** What has been summarised before; null the first time. */
	before: string | null;
	beforeSeq: number;
	/** What is to be added to it, oldest first. */
	said: { senderType: "user" | "agent" | "bot" | "system"; message: string }[];
	/** The seq of the newest of them. */
	upToSeq: number;
};

/** The older part of a conversation that has become longer than what is sent of it; null while it has not. */
export async function readToSummarise(sessionId: string): Promise<ToSummarise | null> {
	const [session] = await db
		.select({ before: chatSessions.summary, beforeSeq: chatSessions.summarySeq })
		.from(chatSessions)
		.where(eq(chatSessions.sessionId, sessionId));
	if (!session) return null;
	// As many as one summary takes, and those that stay out of it.
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
		.limit(MOST_MESSAGES + KEPT_MESSAGES);
	if (rows.length <= SENT_MESSAGES) return null;
	const said = rows.slice(0, -KEPT_MESSAGES);
	const upToSeq = said.at(-1)?.seq;
	return upToSeq === undefined ? null : { ...session, said, upToSeq };
}

/** Keeps a summary, unless another one has been kept since its material was read. */
export async function keepSummary(
	sessionId: string,
	{ beforeSeq, upToSeq }: Pick<ToSummarise, "beforeSeq" | "upToSeq">,
	summary: string,
): Promise<void> {
	await db
		.update(chatSessions)
		.set({ summary, summarySeq: upToSeq })
		.where(and(eq(chatSessions.sessionId, sessionId), eq(chatSessions.summarySeq, beforeSeq)));
}
