import { randomUUID } from "node:crypto";
import { findCurrentSession } from "#app/models/chat-session/find.server.ts";
import { answerWaitingQuestion } from "#app/models/chat-session/waiting-question.server.ts";

/**
 * Enqueues again the turn for the question that made a guest sign in, so that the customer need not write the
 * question again.
 * @param before the browser's identity before the sign-in.
 */
export async function repeatAfterSignIn(
	before: { visitorId: string | null },
	customerId: string,
): Promise<void> {
	const identity = { visitorId: before.visitorId ?? randomUUID(), customerId };
	const current = await findCurrentSession(identity);
	if (!current?.row.isActive || current.row.userId !== customerId) return;
	await answerWaitingQuestion(current.row.sessionId, { type: "customer", identity });
}
