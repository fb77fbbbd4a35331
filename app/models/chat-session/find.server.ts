import { and, desc, eq, isNotNull, sql } from "drizzle-orm";
import { singleton } from "#app/singleton.server.ts";
import { createBatcher } from "#db/batcher.ts";
import { db, sql as readSql, type Transaction } from "#db/client.server.ts";
import { chatSessions } from "#db/schema.ts";
import { type SessionRow, type SessionView, selectSessions } from "./present.server.ts";
import { type Actor, type CustomerIdentity, ownedBy, sessionNotFound } from "./scope.server.ts";

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text has the form of a session id. A text of another form is treated like an unknown id. */
export const isSessionId = (text: string): boolean => UUID_PATTERN.test(text);

/**
 * Reads a session that the actor may see.
 * @throws NotFound when the session does not exist or belongs to somebody else.
 */
export async function requireSession(sessionId: string, actor: Actor): Promise<SessionView> {
	if (!isSessionId(sessionId)) throw sessionNotFound();
	const [view] = await selectSessions().where(and(eq(chatSessions.sessionId, sessionId), ownedBy(actor)));
	if (!view) throw sessionNotFound();
	return view;
}

/**
 * Milliseconds in which look-ups of session ids are batched into one statement, because a thousand readers may
 * reconnect at once.
 */
const BATCH_WINDOW_MS = 5;

const sessionIdBatcher = singleton("session-access", () =>
	createBatcher<string, Map<string, string>>({ waitMs: BATCH_WINDOW_MS, work: filterPermitted }),
);

/**
 * The id of a session that the actor may see. Look-ups are batched, so this function is cheaper than `requireSession`,
 * which also reads the queue. Open streams call it repeatedly, so it checks revoked visitor ids too.
 * @throws NotFound when the session does not exist, belongs to somebody else, or the actor has signed in or out since.
 */
export async function requireSessionId(sessionId: string, actor: Actor): Promise<string> {
	if (!isSessionId(sessionId)) throw sessionNotFound();
	const id = sessionId.toLowerCase();
	const { visitorId = null, customerId = null } = actor.type === "customer" ? actor.identity : {};
	const key = JSON.stringify({ id, isCustomer: actor.type === "customer", visitorId, customerId });
	const found = (await sessionIdBatcher(key)).get(key);
	if (!found) throw sessionNotFound();
	return found;
}

/**
 * Returns the requested pairs of session and actor for which the actor may see the session, by the condition of
 * `ownedBy`. The ids are copied from the database's answer: a substring of the URL would keep the whole URL in memory
 * while the stream is open.
 */
async function filterPermitted(keys: string[]): Promise<Map<string, string>> {
	const rows = await readSql<{ place: number; id: string }[]>`
		select * from keep_own(${`[${keys.join(",")}]`}::text::jsonb)`;
	return new Map(rows.map(({ place, id }) => [keys[place - 1] ?? "", id]));
}

/**
 * Locks the session's row until the transaction ends. Every change of a session starts with this lock, so changes
 * happen one after the other.
 * @throws NotFound when the session does not exist or belongs to somebody else.
 */
export async function lockSession(tx: Transaction, sessionId: string, actor: Actor): Promise<SessionRow> {
	if (!isSessionId(sessionId)) throw sessionNotFound();
	const [row] = await tx
		.select()
		.from(chatSessions)
		.where(and(eq(chatSessions.sessionId, sessionId), ownedBy(actor)))
		.for("update");
	if (!row) throw sessionNotFound();
	return row;
}

/**
 * The session to show on the customer's page: the open session, otherwise the newest; null when the customer has none.
 */
export async function findCurrentSession(identity: CustomerIdentity): Promise<SessionView | null> {
	const [view] = await selectSessions()
		.where(ownedBy({ type: "customer", identity }))
		.orderBy(desc(chatSessions.isActive), desc(chatSessions.startedAt))
		.limit(1);
	return view ?? null;
}

/** The email address that the customer gave last in any of the customer's sessions, or null. */
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
 * Lists sessions, newest first, at most `limit`. API keys see all sessions, customers their own.
 * @param filter.before the last session of the previous page. No session is skipped or repeated, even if several began
 * at one moment.
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
