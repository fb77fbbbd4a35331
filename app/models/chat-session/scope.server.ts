import { and, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import { NotFound } from "#app/models/errors.ts";
import { chatSessions } from "#db/schema.ts";

/** The identity of a browser or API client: its visitor id, and the customer when signed in. */
export type CustomerIdentity = { visitorId: string; customerId: string | null };

/** Who reads or changes data: a customer, an agent, or a program with an API key. */
export type Actor =
	| { type: "customer"; identity: CustomerIdentity }
	| { type: "agent"; agentId: string; name: string }
	| { type: "api-key"; name: string };

/**
 * SQL condition that limits a query to the sessions of the actor. With this condition in the `where`, somebody else's
 * session gives 404. An anonymous session belongs to the visitor that began it; a customer's session belongs only to
 * that customer.
 */
export function ownedBy(actor: Actor): SQL {
	if (actor.type !== "customer") return sql`true`;
	const { visitorId, customerId } = actor.identity;
	const anonymous = and(isNull(chatSessions.userId), eq(chatSessions.visitorId, visitorId));
	const condition = customerId ? or(eq(chatSessions.userId, customerId), anonymous) : anonymous;
	return condition ?? sql`false`;
}

/** Error message for a revoked visitor id or token: its browser has signed in or out since. */
export const REVOKED_IDENTITY_MESSAGE =
	"You have signed in or out since this page was loaded. Please load it again.";

/**
 * The error for an unknown session and for somebody else's session. It is one error for both, so that it does not
 * reveal which sessions exist.
 */
export const sessionNotFound = () => new NotFound("There is no such conversation.");
