import { and, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import { NotFound } from "#app/models/errors.ts";
import { chatSessions } from "#db/schema.ts";

/** Who a browser or API client is: the visitor it began as, and the customer it proved to be. */
export type CustomerIdentity = { visitorId: string; customerId: string | null };

/** On whose behalf something is read or done. */
export type Actor =
	| { type: "customer"; identity: CustomerIdentity }
	| { type: "agent"; agentId: string; name: string }
	| { type: "api-key"; name: string };

/**
 * The condition that keeps a query to the sessions the actor may touch: it belongs in the `where`, so that a
 * forgotten check is a 404 and not somebody else's conversation. An anonymous session belongs to the visitor
 * that began it, a customer's to that customer alone.
 */
export function ownedBy(actor: Actor): SQL {
	if (actor.type !== "customer") return sql`true`;
	const { visitorId, customerId } = actor.identity;
	const anonymous = and(isNull(chatSessions.userId), eq(chatSessions.visitorId, visitorId));
	const condition = customerId ? or(eq(chatSessions.userId, customerId), anonymous) : anonymous;
	return condition ?? sql`false`;
}

/** What a request hears whose cookie or token counts no more: its browser has signed in or out since. */
export const REVOKED = "You have signed in or out since this page was loaded. Please load it again.";

/** The same whether there is no such session or it is somebody else's. */
export const noSuchSession = () => new NotFound("There is no such conversation.");
