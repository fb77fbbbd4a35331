import { and, eq, sql } from "drizzle-orm";
import { toMessage } from "#app/models/message/present.server.ts";
import { type EventTransaction, publish } from "#app/realtime/publish.server.ts";
import { assistantActions, chatMessages } from "#db/schema.ts";
import type { ActionState, MessageMetadata } from "#db/shapes.ts";

/** Sets the final state of an action, and shows the state on the action's card. */
export async function setActionOutcome(
	tx: EventTransaction,
	action: { id: string; sessionId: string },
	outcome: { state: ActionState; result?: Record<string, unknown> },
): Promise<void> {
	await tx
		.update(assistantActions)
		.set({ state: outcome.state, result: outcome.result ?? null, decidedAt: sql`clock_timestamp()` })
		.where(eq(assistantActions.id, action.id));
	await updateMessageMetadata(tx, action, ({ proposal, ...rest }) => ({
		...rest,
		...(proposal ? { proposal: { ...proposal, state: outcome.state } } : {}),
	}));
}

/** Changes the metadata of a message and publishes the message. Does nothing when the message does not exist. */
export async function updateMessageMetadata(
	tx: EventTransaction,
	messageRef: { id: string; sessionId: string },
	change: (metadata: MessageMetadata) => MessageMetadata,
): Promise<void> {
	const isMessage = and(eq(chatMessages.id, messageRef.id), eq(chatMessages.sessionId, messageRef.sessionId));
	const [before] = await tx.select({ metadata: chatMessages.metadata }).from(chatMessages).where(isMessage);
	if (!before) return;
	const [row] = await tx
		.update(chatMessages)
		.set({ metadata: change(before.metadata) })
		.where(isMessage)
		.returning();
	if (!row) return;
	const message = toMessage(row);
	await publish(tx, {
		sessionId: messageRef.sessionId,
		stream: "public",
		type: "message-updated",
		data: (at) => ({ ...at, message }),
	});
}
