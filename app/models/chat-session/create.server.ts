import { and, desc, eq, sql } from "drizzle-orm";
import { env } from "#app/env.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import { type EventTransaction, transact } from "#app/realtime/publish.server.ts";
import { chatSessions, revokedVisitors } from "#db/schema.ts";
import { isSessionId } from "./find.server.ts";
import type { SessionRow } from "./present.server.ts";
import { nextDeadline } from "./queue.server.ts";
import { type CustomerIdentity, ownedBy, REVOKED_IDENTITY_MESSAGE } from "./scope.server.ts";

/** Creates a session in the caller's transaction. With the assistant switched off, the session begins in the queue. */
async function createSession(
	tx: EventTransaction,
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
				: {
						status: "queued" as const,
						queuedAt: new Date(),
						queueReason: "assistant-off",
						queueDeadline: await nextDeadline(tx),
					}),
		})
		.returning();
	if (!row) throw new Error("The session was not written.");
	return row;
}

/**
 * Locks a visitor or customer until the transaction ends, so that transactions of one person run one after the other.
 * @param owner a visitor id, or a customer's id.
 */
export async function lockOwner(tx: EventTransaction, owner: string): Promise<void> {
	await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${owner}, 0))`);
}

/**
 * Locks a visitor or customer before a session is opened, until the transaction ends, so that two requests at once do
 * not open two sessions.
 * @throws Unauthorised when the browser has signed in or out since the request began: nobody could open a session of
 * the old visitor id.
 */
export async function lockIdentity(tx: EventTransaction, identity: CustomerIdentity): Promise<void> {
	await lockOwner(tx, identity.customerId ?? identity.visitorId);
	const [revoked] = await tx
		.select({ visitorId: revokedVisitors.visitorId })
		.from(revokedVisitors)
		.where(eq(revokedVisitors.visitorId, identity.visitorId));
	if (revoked) throw new Unauthorised(REVOKED_IDENTITY_MESSAGE);
}

/**
 * Finds and locks the customer's open session; creates a session when none is open. Call `lockIdentity` before.
 * @param input.sessionId which session to use when several are open; the id of somebody else's session is ignored.
 */
export async function lockOrCreateOpenSession(
	tx: EventTransaction,
	identity: CustomerIdentity,
	input: { sessionId: string | null; locale: string },
): Promise<SessionRow> {
	const meant = input.sessionId && isSessionId(input.sessionId) ? input.sessionId : null;
	const [open] = await tx
		.select()
		.from(chatSessions)
		.where(and(ownedBy({ type: "customer", identity }), eq(chatSessions.isActive, true)))
		.orderBy(
			...(meant ? [desc(eq(chatSessions.sessionId, meant))] : []),
			desc(chatSessions.startedAt),
			desc(chatSessions.id),
		)
		.limit(1)
		.for("update");
	return open ?? createSession(tx, identity, input);
}

/** Returns the id of the customer's open session, or of a new session. Concurrent calls open one session. */
export async function findOrCreateSession(
	identity: CustomerIdentity,
	input: { locale: string },
): Promise<string> {
	const row = await transact(async (tx) => {
		await lockIdentity(tx, identity);
		return lockOrCreateOpenSession(tx, identity, { ...input, sessionId: null });
	});
	return row.sessionId;
}

/**
 * Opens a session without a message, for the REST API.
 * @returns the session's id.
 */
export async function createEmptySession(
	identity: CustomerIdentity,
	input: { locale: string },
): Promise<string> {
	const row = await transact((tx) => createSession(tx, identity, input));
	return row.sessionId;
}
