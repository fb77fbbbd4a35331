import { and, desc, eq, inArray, isNull } from "drizzle-orm";
import { endSession } from "#app/models/chat-session/change.server.ts";
import { lockIdentity } from "#app/models/chat-session/create.server.ts";
import { lockSession, requireSession } from "#app/models/chat-session/find.server.ts";
import type { Actor, CustomerIdentity } from "#app/models/chat-session/scope.server.ts";
import { Blocked } from "#app/models/errors.ts";
import { transact } from "#app/realtime/publish.server.ts";
import { db, type Transaction } from "#db/client.server.ts";
import { blockedSenders, chatAgents, chatSessions, customers, users } from "#db/schema.ts";

export type BlockReason = "blocked" | "spam";

type SessionOwner = { userId: string | null; visitorId: string };

/** The id under which a session's sender is blocked: the customer's id, or the visitor id of an anonymous session. */
const senderOf = ({ userId, visitorId }: SessionOwner): string => userId ?? visitorId;

/**
 * Blocks the sender of a session and ends the session. The database function `write_posts` refuses further messages of
 * a blocked sender. Blocking again keeps the first agent and reason.
 * @throws NotFound
 */
export async function blockSender(
	sessionId: string,
	agent: Extract<Actor, { type: "agent" }>,
	reason: BlockReason,
): Promise<void> {
	const { row: known } = await requireSession(sessionId, agent);
	const owner = await transact(async (tx) => {
		// Posts that open or look for a session also take this lock on the sender, so after it none of them is in progress.
		await lockIdentity(tx, { visitorId: known.visitorId, customerId: known.userId });
		const row = await lockSession(tx, sessionId, agent);
		await tx
			.insert(blockedSenders)
			.values({ sender: senderOf(row), reason, sessionId: row.sessionId, blockedBy: agent.agentId })
			.onConflictDoNothing();
		return row;
	});
	const open = await db
		.select({ sessionId: chatSessions.sessionId })
		.from(chatSessions)
		.where(
			and(
				eq(chatSessions.isActive, true),
				owner.userId
					? eq(chatSessions.userId, owner.userId)
					: and(isNull(chatSessions.userId), eq(chatSessions.visitorId, owner.visitorId)),
			),
		)
		.limit(MAX_ENDED_SESSIONS);
	for (const session of open) await endSession(session.sessionId, agent, { isConfirmed: true });
}

/**
 * Maximum number of open sessions of a blocked sender that are ended. Posts in the other sessions are refused anyway.
 */
const MAX_ENDED_SESSIONS = 100;

/** Unblocks a sender. A repeated call changes nothing. */
export async function unblockSender(sender: string): Promise<void> {
	await db.delete(blockedSenders).where(eq(blockedSenders.sender, sender));
}

/** When, by whom and why a session's sender was blocked; null when the sender is not blocked. */
export async function readBlock(
	owner: SessionOwner,
): Promise<{ sender: string; reason: BlockReason; by: string | null; at: string } | null> {
	const [row] = await blockRows()
		.where(eq(blockedSenders.sender, senderOf(owner)))
		.limit(1);
	return row ? toBlockEntry(row) : null;
}

export type BlockEntry = ReturnType<typeof toBlockEntry>;

/**
 * Lists blocked senders, newest first.
 * @param limit maximum number of rows.
 */
export async function listBlocked(limit: number): Promise<BlockEntry[]> {
	const rows = await blockRows()
		.orderBy(desc(blockedSenders.blockedAt), desc(blockedSenders.sender))
		.limit(limit);
	return rows.map(toBlockEntry);
}

function blockRows() {
	return db
		.select({ row: blockedSenders, by: users.name, customerName: customers.name })
		.from(blockedSenders)
		.leftJoin(chatAgents, eq(chatAgents.id, blockedSenders.blockedBy))
		.leftJoin(users, eq(users.id, chatAgents.userId))
		.leftJoin(customers, eq(customers.id, blockedSenders.sender))
		.$dynamic();
}

const toBlockEntry = ({ row, by, customerName }: Awaited<ReturnType<typeof blockRows>>[number]) => ({
	sender: row.sender,
	reason: row.reason,
	sessionId: row.sessionId,
	customerName,
	by,
	at: row.blockedAt.toISOString(),
});

/**
 * Throws if a sender is blocked, by visitor id or by customer id.
 * @throws Blocked (403)
 */
export async function throwIfSenderIsBlocked(
	identity: CustomerIdentity,
	executor: Pick<Transaction, "select"> = db,
): Promise<void> {
	const senders = [identity.visitorId, ...(identity.customerId ? [identity.customerId] : [])];
	const [row] = await executor
		.select({ sender: blockedSenders.sender })
		.from(blockedSenders)
		.where(inArray(blockedSenders.sender, senders))
		.limit(1);
	if (row) throw new Blocked();
}
