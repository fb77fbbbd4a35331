import type { CustomerIdentity } from "#app/auth/token.server.ts";
import { env } from "#app/env.server.ts";
import { transact } from "#app/realtime/publish.server.ts";
import type { Transaction } from "#db/client.server.ts";
import { chatSessions } from "#db/schema.ts";
import type { SessionRow } from "./present.server.ts";

/** Opens a conversation in the caller's transaction. With the assistant switched off it begins in the queue. */
export async function createSession(
	tx: Transaction,
	identity: CustomerIdentity,
	input: { locale: string },
): Promise<SessionRow> {
	const isAssistantOn = env().ASSISTANT === "on";
	const [row] = await tx
		.insert(chatSessions)
		.values({
			visitorId: identity.visitorId,
			userId: identity.customerId,
			locale: input.locale,
			...(isAssistantOn
				? {}
				: { status: "queued" as const, queuedAt: new Date(), queueReason: "assistant-off" }),
		})
		.returning();
	if (!row) throw new Error("The session was not written.");
	return row;
}

/** Opens a conversation without a message, as the API does. @returns its public id. */
export async function openSession(identity: CustomerIdentity, input: { locale: string }): Promise<string> {
	const row = await transact((tx) => createSession(tx, identity, input));
	return row.sessionId;
}
