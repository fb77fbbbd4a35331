import { and, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import { NotFound } from "#app/models/errors.ts";
import { chatSessions } from "#db/schema.ts";

/** Who a browser or API client is: its visitor id, and the customer when it is signed in. */
export type CustomerIdentity = { visitorId: string; customerId: string | null };

/** Who reads or changes data: a customer, an agent, or a program with an API key. */
export type Actor =
	| { type: "customer"; identity: CustomerIdentity }
	| { type: "agent"; agentId: string; name: string }
	| { type: "api-key"; name: string };

/**
 * SQL condition that limits a query to the sessions of the actor. In the `where`, a session of somebody else gives
 * 404. An anonymous session belongs to the visitor that began it; a customer's session belongs only to that customer.
 */
export function ownedBy(actor: Actor): SQL {
	if (actor.type !== "customer") return sql`true`;
	const { visitorId, customerId } = actor.identity;
	const anonymous = and(isNull(chatSessions.userId), eq(chatSessions.visitorId, visitorId));
	const condition = customerId ? or(eq(chatSessions.userId, customerId), anonymous) : anonymous;
	return condition ?? sql`false`;
}

/** Error message for a revoked cookie or token: its browser has signed in or out since. */
export const REVOKED = "You have signed in or out since this page was loaded. Please load it again.";

/** The same error for an unknown session and for somebody else's, so that it does not reveal which. */
export const sessionNotFound = () => new NotFound("There is no such conversation.");
