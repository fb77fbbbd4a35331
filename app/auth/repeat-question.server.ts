import { randomUUID } from "node:crypto";
import { senderNetworkKey } from "#app/http/client-address.server.ts";
import type { WithHeaders } from "#app/http/exchange.server.ts";
import { findCurrentSession } from "#app/models/chat-session/find.server.ts";
import { answerWaitingQuestion } from "#app/models/chat-session/waiting-question.server.ts";

/**
 * Enqueues again the turn for the question that made a guest sign in, so that the customer need not write the
 * question again.
 * @param request the request that signs the customer in.
 * @param before the browser's identity before the sign-in.
 */
export async function repeatAfterSignIn(
	request: WithHeaders,
	before: { visitorId: string | null },
	customerId: string,
): Promise<void> {
	const identity = { visitorId: before.visitorId ?? randomUUID(), customerId };
	const current = await findCurrentSession(identity);
	if (!current?.row.isActive || current.row.userId !== customerId) return;
	const actor = { type: "customer", identity } as const;
	await answerWaitingQuestion(current.row.sessionId, actor, senderNetworkKey(request));
}
