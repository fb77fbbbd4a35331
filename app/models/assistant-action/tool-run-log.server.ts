import { desc, eq, sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { assistantActions } from "#db/schema.ts";
import type { ToolRun } from "#db/shapes.ts";
import { type ActionEntry, toActionEntry } from "./present.ts";

/** Maximum number of entries in the list of tool runs and actions; older ones are left out. */
const MAX_LISTED_ACTIONS = 200;

/** The session and message of the question that a tool run or an action belongs to. */
export type QuestionPosition = { sessionId: string; questionSeq: number };

/** SQL subquery for the id of the session's running turn. */
const selectRunningTurnId = (sessionId: string) =>
	sql`(select id from ai_turns where session_id = ${sessionId} and state = 'running' limit 1)`;

/**
 * Logs that a tool read a customer's data for an answer: the customer and the tool, never the data. A repeated read for
 * one question, as when a turn restarts, is logged once.
 */
export async function logToolRun(
	{ sessionId }: QuestionPosition,
	run: Omit<ToolRun, "id"> & { customerId: string | null; key: string },
): Promise<ToolRun> {
	const { tool, orderNumber, customerId, key } = run;
	const [row] = await db
		.insert(assistantActions)
		.values({
			sessionId,
			turnId: selectRunningTurnId(sessionId),
			tool,
			arguments: orderNumber ? { orderNumber } : {},
			state: "done",
			customerId,
			idempotencyKey: key,
			decidedAt: sql`now()`,
		})
		// The update changes no value. Without the update, `returning` gives no row on a conflict.
		.onConflictDoUpdate({
			target: [assistantActions.sessionId, assistantActions.idempotencyKey],
			set: { idempotencyKey: key },
		})
		.returning({ id: assistantActions.id });
	if (!row) throw new Error("The reading was not written.");
	return { id: row.id, tool, orderNumber };
}

/** The newest tool runs and actions of a session, oldest first. The caller has checked who may read the session. */
export async function listAssistantActions(sessionId: string): Promise<ActionEntry[]> {
	const rows = await db
		.select()
		.from(assistantActions)
		.where(eq(assistantActions.sessionId, sessionId))
		.orderBy(desc(assistantActions.createdAt), desc(assistantActions.id))
		.limit(MAX_LISTED_ACTIONS);
	const now = new Date();
	return rows.reverse().map((row) => toActionEntry(row, now));
}
