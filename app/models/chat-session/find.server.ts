import { and, desc, eq, isNotNull, sql } from "drizzle-orm";
import { singleton } from "#app/singleton.server.ts";
import { db, sql as readSql, type Transaction } from "#db/client.server.ts";
import { gather } from "#db/gather.ts";
import { chatSessions } from "#db/schema.ts";
import { type SessionRow, type SessionView, selectSessions } from "./present.server.ts";
import { type Actor, type CustomerIdentity, noSuchSession, ownedBy } from "./scope.server.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text can be a session's id at all; anything else must look like an unknown one. */
export const isSessionId = (text: string): boolean => UUID.test(text);

/** A session the actor may see. @throws NotFound when there is none, or it is somebody else's. */
export async function requireSession(sessionId: string, actor: Actor): Promise<SessionView> {
	if (!isSessionId(sessionId)) throw noSuchSession();
	const [view] = await selectSessions().where(and(eq(chatSessions.sessionId, sessionId), ownedBy(actor)));
	if (!view) throw noSuchSession();
	return view;
}

/** Look-ups that come within this long of each other are one statement: a thousand readers may return at once. */
const GATHER_MS = 5;

const access = singleton("session-access", () =>
	gather<string, Map<string, string>>({ waitMs: GATHER_MS, work: keepOwn }),
);

/**
 * The id of a session the actor may see, for callers that need nothing else of it: it costs a share of a
 * statement, where what people see of a session costs a look at the whole queue. Open streams ask it again and
 * again, so it also knows visitor ids that count no more.
 * @throws NotFound when there is none, it is somebody else's, or the actor has signed in or out since.
 */
export async function requireSessionId(sessionId: string, actor: Actor): Promise<string> {
	if (!isSessionId(sessionId)) throw noSuchSession();
	const id = sessionId.toLowerCase();
	const { visitorId = null, customerId = null } = actor.type === "customer" ? actor.identity : {};
	const key = JSON.stringify({ id, isCustomer: actor.type === "customer", visitorId, customerId });
	const found = (await access(key)).get(key);
	if (!found) throw noSuchSession();
	return found;
}

/**
 * The ids for those of the keys whose session their actor may see; the condition is that of `ownedBy`. They are
 * the database's own texts: a part of the address would keep the whole of it for as long as its stream is open.
 */
async function keepOwn(keys: string[]): Promise<Map<string, string>> {
	const rows = await readSql<{ place: number; id: string }[]>`
		select * from keep_own(${`[${keys.join(",")}]`}::text::jsonb)`;
	return new Map(rows.map(({ place, id }) => [keys[place - 1] ?? "", id]));
}

/**
 * The session's row, locked until the transaction ends: whatever changes a session comes through here, one
 * after the other. @throws NotFound when there is none, or it is somebody else's.
 */
export async function lockSession(tx: Transaction, sessionId: string, actor: Actor): Promise<SessionRow> {
	if (!isSessionId(sessionId)) throw noSuchSession();
	const [row] = await tx
		.select()
		.from(chatSessions)
		.where(and(eq(chatSessions.sessionId, sessionId), ownedBy(actor)))
		.for("update");
	if (!row) throw noSuchSession();
	return row;
}

/** The conversation a customer's page shows: the one that is open, else the newest; null for a newcomer. */
export async function findCurrentSession(identity: CustomerIdentity): Promise<SessionView | null> {
	const [view] = await selectSessions()
		.where(ownedBy({ type: "customer", identity }))
		.orderBy(desc(chatSessions.isActive), desc(chatSessions.startedAt))
		.limit(1);
	return view ?? null;
}

/** The address the customer gave most recently in any of their conversations, or null. */
export async function findGivenEmail(identity: CustomerIdentity): Promise<string | null> {
	const given = sql<string | null>`coalesce(${chatSessions.contactEmail}, ${chatSessions.verifiedEmail})`;
	const [row] = await db
		.select({ email: given })
		.from(chatSessions)
		.where(and(ownedBy({ type: "customer", identity }), isNotNull(given)))
		.orderBy(desc(chatSessions.startedAt))
		.limit(1);
	return row?.email ?? null;
}

/**
 * Sessions for a list, newest first, at most `limit`; API keys see all, customers their own.
 * @param filter.before the session a page goes on after: its place is exact also where several began at once.
 */
export async function listSessions(
	actor: Actor,
	filter: { status?: SessionRow["status"]; isActive?: boolean; limit: number; before?: string },
): Promise<SessionView[]> {
	return selectSessions()
		.where(
			and(
				ownedBy(actor),
				filter.status ? eq(chatSessions.status, filter.status) : undefined,
				filter.isActive === undefined ? undefined : eq(chatSessions.isActive, filter.isActive),
				filter.before
					? sql`(${chatSessions.startedAt}, ${chatSessions.id}) < (select started_at, id from chat_sessions where session_id = ${filter.before})`
					: undefined,
			),
		)
		.orderBy(desc(chatSessions.startedAt), desc(chatSessions.id))
		.limit(filter.limit);
}
