import { and, desc, eq } from "drizzle-orm";
import { transact } from "#app/realtime/publish.server.ts";
import { db } from "#db/client.server.ts";
import { chatMessages, chatSessions } from "#db/schema.ts";
import { publishSession } from "./publish-session.server.ts";
import { raisePriority } from "./queue.server.ts";

/** Number of the customer's newest messages that are checked for urgency. Older messages were answered. */
const MAX_CHECKED_MESSAGES = 3;

/** The texts of the customer's newest messages in a session. */
export async function readNewestTexts(sessionId: string): Promise<string[]> {
	const rows = await db
		.select({ message: chatMessages.message })
		.from(chatMessages)
		.where(and(eq(chatMessages.sessionId, sessionId), eq(chatMessages.senderType, "user")))
		.orderBy(desc(chatMessages.seq))
		.limit(MAX_CHECKED_MESSAGES);
	return rows.map((row) => row.message);
}

/** Raises an open session's priority to at least the given one, and publishes the change. */
export async function makeUrgent(sessionId: string, priority: "high" | "urgent"): Promise<void> {
	await transact(async (tx) => {
		const [row] = await tx
			.select({ isActive: chatSessions.isActive })
			.from(chatSessions)
			.where(eq(chatSessions.sessionId, sessionId))
			.for("update");
		if (row?.isActive && (await raisePriority(tx, sessionId, priority))) await publishSession(tx, sessionId);
	});
}
