import { and, desc, eq, sql } from "drizzle-orm";
import { env } from "#app/env.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import { transact } from "#app/realtime/publish.server.ts";
import type { Transaction } from "#db/client.server.ts";
import { chatSessions, revokedVisitors } from "#db/schema.ts";
import { isSessionId } from "./find.server.ts";
import type { SessionRow } from "./present.server.ts";
import { nextDeadline } from "./queue.server.ts";
import { type CustomerIdentity, ownedBy, REVOKED } from "./scope.server.ts";

/** Opens a conversation in the caller's transaction. With the assistant switched off it begins in the queue. */
async function createSession(
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
 * Lets the steps of one visitor or customer go one after the other. The lock goes with the transaction.
 * @param owner a visitor id, or a customer's id.
 */
export async function lockOwner(tx: Transaction, owner: string): Promise<void> {
	await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${owner}, 0))`);
}

/**
 * Lets a customer's first steps go one after the other: two at once must not open two conversations. The lock
 * goes with the transaction.
 * @throws Unauthorised when the browser has signed in or out meanwhile: a conversation opened under the old
 * visitor id would belong to nobody.
 */
export async function lockFirstSteps(tx: Transaction, identity: CustomerIdentity): Promise<void> {
	await lockOwner(tx, identity.customerId ?? identity.visitorId);
	const [revoked] = await tx
		.select({ visitorId: revokedVisitors.visitorId })
		.from(revokedVisitors)
		.where(eq(revokedVisitors.visitorId, identity.visitorId));
	if (revoked) throw new Unauthorised(REVOKED);
}

/**
 * The customer's open conversation, locked; a new one when there is none. Lock the first steps before.
 * @param input.sessionId which one is meant where several are open; one that is not theirs counts for nothing.
 */
export async function lockOpenSession(
	tx: Transaction,
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

/** The customer's open conversation, or a new one: asking twice at once opens one. @returns its public id. */
export async function openSessionOnce(
	identity: CustomerIdentity,
	input: { locale: string },
): Promise<string> {
	const row = await transact(async (tx) => {
		await lockFirstSteps(tx, identity);
		return lockOpenSession(tx, identity, { ...input, sessionId: null });
	});
	return row.sessionId;
}

/** Opens a conversation without a message, as the API does. @returns its public id. */
export async function openSession(identity: CustomerIdentity, input: { locale: string }): Promise<string> {
	const row = await transact((tx) => createSession(tx, identity, input));
	return row.sessionId;
}
