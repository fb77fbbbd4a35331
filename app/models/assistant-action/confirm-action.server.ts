import { and, eq } from "drizzle-orm";
import { isSessionId, lockSession } from "#app/models/chat-session/find.server.ts";
import { orderOwnerOf, provedEmail } from "#app/models/chat-session/order-owner.ts";
import type { CustomerIdentity } from "#app/models/chat-session/scope.server.ts";
import { Conflict, NotFound } from "#app/models/errors.ts";
import { writeMessage } from "#app/models/message/write.server.ts";
import { type EventTransaction, transact } from "#app/realtime/publish.server.ts";
import { assistantActions } from "#db/schema.ts";
import type { ActionState } from "#db/shapes.ts";
import { executeAction } from "./execute-action.server.ts";
import type { ActionRow } from "./present.ts";
import { setActionOutcome } from "./update-card.server.ts";

/** The card that the customer decides on, and the fields that the customer filled in. */
export type CardDecision = { sessionId: string; actionId: string; fields?: Record<string, string> };

/**
 * Executes an action that the customer confirmed, once. The session and the action are locked, so a second click,
 * another tab or a retry finds the action decided and gets its state. The owner of the order and the order's state are
 * checked again in this transaction.
 * @returns the action's state: done; or failed or expired, with the reason as a notice in the session.
 * @throws NotFound when the customer has no such card; Conflict when the session has ended; Invalid when the address is
 * incomplete.
 */
export async function confirmAction(
	identity: CustomerIdentity,
	decision: CardDecision,
): Promise<ActionState> {
	return decideProposedAction(identity, decision, async (tx, action, session) => {
		const {
			state,
			result,
			noticeText: words,
		} = await executeAction(tx, action, {
			owner: orderOwnerOf(session),
			verifiedEmail: provedEmail(session),
			fields: decision.fields ?? {},
		});
		await setActionOutcome(tx, action, { state, result });
		await writeNotice(tx, action.sessionId, words);
		return state;
	});
}

/** Declines a proposed action. An action that is already decided does not change. */
export async function declineAction(
	identity: CustomerIdentity,
	decision: CardDecision,
): Promise<ActionState> {
	return decideProposedAction(identity, decision, async (tx, action) => {
		await setActionOutcome(tx, action, { state: "declined" });
		return "declined";
	});
}

type LockedSession = Awaited<ReturnType<typeof lockSession>>;

async function decideProposedAction(
	identity: CustomerIdentity,
	{ sessionId, actionId }: CardDecision,
	apply: (tx: EventTransaction, action: ActionRow, session: LockedSession) => Promise<ActionState>,
): Promise<ActionState> {
	return transact(async (tx) => {
		const session = await lockSession(tx, sessionId, { type: "customer", identity });
		const action = isSessionId(actionId) ? await lockAction(tx, sessionId, actionId) : null;
		if (!action) throw new NotFound("There is no such offer in this conversation.");
		if (action.state !== "proposed") return action.state;
		if (action.expiresAt && action.expiresAt <= new Date()) {
			await setActionOutcome(tx, action, { state: "expired" });
			await writeNotice(tx, sessionId, "That offer had run out, so nothing was changed. Please ask again.");
			return "expired";
		}
		if (!session.isActive) throw new Conflict("This conversation has ended. Start a new one to go on.");
		return apply(tx, action, session);
	});
}

async function lockAction(
	tx: EventTransaction,
	sessionId: string,
	actionId: string,
): Promise<ActionRow | null> {
	const [row] = await tx
		.select()
		.from(assistantActions)
		.where(and(eq(assistantActions.id, actionId), eq(assistantActions.sessionId, sessionId)))
		.for("update");
	return row ?? null;
}

const writeNotice = (tx: EventTransaction, sessionId: string, message: string) =>
	writeMessage(tx, { sessionId, senderType: "system", message });
