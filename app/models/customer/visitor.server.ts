import { and, eq, isNull, sql as query } from "drizzle-orm";
import { lockOwner } from "#app/models/chat-session/create.server.ts";
import { publishSession } from "#app/models/chat-session/publish-session.server.ts";
import type { CustomerIdentity } from "#app/models/chat-session/scope.server.ts";
import { type EventTransaction, publishEphemeral, transact } from "#app/realtime/publish.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { createBatcher } from "#db/batcher.ts";
import { sql } from "#db/client.server.ts";
import { chatSessions, revokedVisitors } from "#db/schema.ts";

/**
 * Lifetime of the longest-lived visitor token (the signed visitor id of a browser), in days: see
 * `app/auth/token.server.ts`.
 */
const TOKEN_LIFETIME_DAYS = 365;
/** Number of rows of expired tokens that are deleted with each new row of a revoked token. */
const MAX_DELETED_TOKENS = 20;
/**
 * Maximum number of sessions whose open streams receive the signal to revalidate at once. Other streams revalidate within 15 s.
 */
const MAX_SIGNALLED_SESSIONS = 100;

/** When a visitor id was revoked, and the customer that the visitor became; null when the browser signed out. */
export type Revocation = { revokedAt: Date; customerId: string | null };

const revocationBatcher = singleton("revocations", () =>
	// Look-ups of revocations at one moment are batched into one statement, because every post of a customer makes one.
	createBatcher<string, Map<string, Revocation>>({ waitMs: 0, work: readRevocations }),
);

/** Reads when and how a visitor id was revoked; null while the visitor id is valid. */
export async function findRevocation(visitorId: string): Promise<Revocation | null> {
	return (await revocationBatcher(visitorId)).get(visitorId) ?? null;
}

async function readRevocations(visitorIds: string[]): Promise<Map<string, Revocation>> {
	const rows = await sql<{ visitorId: string; revokedAt: Date; customerId: string | null }[]>`
		select * from read_revocations(${JSON.stringify(visitorIds)}::text::jsonb)`;
	return new Map(rows.map(({ visitorId, ...revocation }) => [visitorId, revocation]));
}

/**
 * Signs a browser in. One transaction revokes the old visitor id, gives a guest's open session to the customer, and
 * moves the guest's other data to the new visitor id. Another customer's data does not move. An email address that the
 * guest left or proved is removed, because somebody else may have used this browser: the account's own address is used,
 * or the customer is asked again.
 * @param change.before identity of the browser before; null for a new one.
 * @param change.visitorId the new visitor id.
 * @param change.customerId the customer whom the store has identified; must exist.
 * @returns whether the browser's stored data of the guest now belongs to this customer; also true when a sign-in is
 * repeated, as after a double click.
 */
export async function signInVisitor(change: {
	before: CustomerIdentity | null;
	visitorId: string;
	customerId: string;
}): Promise<{ isSamePerson: boolean }> {
	const { before, customerId } = change;
	if (!before) return { isSamePerson: false };
	const wasGuest = before.customerId === null;
	const done = await transact(async (tx) => {
		await lockOwner(tx, before.visitorId);
		const revocation = await revokeVisitor(tx, before.visitorId, wasGuest ? customerId : null);
		if (revocation) return { isSamePerson: wasGuest && revocation.customerId === customerId, sessionIds: [] };
		if (!wasGuest)
			return { isSamePerson: false, sessionIds: await listOpenOfCustomer(tx, before.customerId) };
		return { isSamePerson: true, sessionIds: await moveSessions(tx, before.visitorId, change) };
	});
	revalidateReaders(done.sessionIds);
	return { isSamePerson: done.isSamePerson };
}

/**
 * Moves a guest's sessions to the new visitor id, and the open sessions to the customer.
 * @returns the ids of the moved sessions, at most MAX_SIGNALLED_SESSIONS.
 */
async function moveSessions(
	tx: EventTransaction,
	from: string,
	to: { visitorId: string; customerId: string },
): Promise<string[]> {
	const rows = await tx
		.select({ sessionId: chatSessions.sessionId, isActive: chatSessions.isActive })
		.from(chatSessions)
		.where(and(eq(chatSessions.visitorId, from), isNull(chatSessions.userId)))
		.orderBy(chatSessions.sessionId)
		.for("update");
	await tx.execute(query`
		update chat_sessions set visitor_id = ${to.visitorId},
			user_id = case when is_active then ${to.customerId} end,
			verified_email = case when is_active then null else verified_email end,
			contact_email = case
				when is_active and contact_email is not null
					then (select lower(email) from customers where id = ${to.customerId})
				else contact_email end
		where visitor_id = ${from} and user_id is null`);
	// A blocked browser stays blocked under its new visitor id.
	await tx.execute(query`
		insert into blocked_senders (sender, reason, session_id, blocked_by, blocked_at)
		select ${to.visitorId}, reason, session_id, blocked_by, blocked_at from blocked_senders where sender = ${from}`);
	for (const { sessionId, isActive } of rows) if (isActive) await publishSession(tx, sessionId);
	return rows.slice(-MAX_SIGNALLED_SESSIONS).map((row) => row.sessionId);
}

/**
 * Signs a browser out: revokes its visitor id, so that copies of its token are refused from now on, and ends its
 * streams.
 */
export async function signOutVisitor(identity: CustomerIdentity): Promise<void> {
	const sessionIds = await transact(async (tx) => {
		await lockOwner(tx, identity.visitorId);
		await revokeVisitor(tx, identity.visitorId, null);
		const { customerId, visitorId } = identity;
		return customerId ? listOpenOfCustomer(tx, customerId) : listOpenOfGuest(tx, visitorId);
	});
	revalidateReaders(sessionIds);
}

/**
 * Revokes a visitor id.
 * @returns the earlier revocation, when the id was revoked before.
 */
async function revokeVisitor(
	tx: EventTransaction,
	visitorId: string,
	customerId: string | null,
): Promise<Revocation | null> {
	const [added] = await tx
		.insert(revokedVisitors)
		.values({
			visitorId,
			customerId,
			expiresAt: query`now() + ${TOKEN_LIFETIME_DAYS} * interval '1 day'`,
		})
		.onConflictDoNothing()
		.returning();
	if (added) {
		await tx.execute(query`
			delete from revoked_visitors where visitor_id in (
				select visitor_id from revoked_visitors where expires_at < now()
				order by expires_at limit ${MAX_DELETED_TOKENS} for update skip locked
			)`);
		return null;
	}
	const [revocation] = await tx
		.select()
		.from(revokedVisitors)
		.where(eq(revokedVisitors.visitorId, visitorId));
	return revocation ?? null;
}

async function listOpenOfCustomer(tx: EventTransaction, customerId: string | null): Promise<string[]> {
	if (customerId === null) return [];
	return sessionIdsOf(tx, eq(chatSessions.userId, customerId));
}

const listOpenOfGuest = (tx: EventTransaction, visitorId: string): Promise<string[]> =>
	sessionIdsOf(tx, and(eq(chatSessions.visitorId, visitorId), isNull(chatSessions.userId)));

async function sessionIdsOf(tx: EventTransaction, owned: ReturnType<typeof and>): Promise<string[]> {
	const rows = await tx
		.select({ sessionId: chatSessions.sessionId })
		.from(chatSessions)
		.where(owned)
		.orderBy(query`started_at desc`)
		.limit(MAX_SIGNALLED_SESSIONS);
	return rows.map((row) => row.sessionId);
}

/** Tells every process to revalidate the readers of these sessions at once. */
function revalidateReaders(sessionIds: string[]): void {
	for (const sessionId of sessionIds)
		publishEphemeral({ sessionId, stream: "public", type: "reauthorise", data: null });
}
