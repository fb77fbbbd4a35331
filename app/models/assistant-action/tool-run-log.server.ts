import { desc, eq, sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";
import { assistantActions } from "#db/schema.ts";
import type { ToolRun } from "#db/shapes.ts";
import { type ActionEntry, toActionEntry } from "./present.ts";

/** Most entries of the list; a longer one loses its oldest. */
const MAX_LISTED_ACTIONS = 200;

/** Where an action belongs: the conversation, and the question it was done for. */
export type QuestionPosition = { sessionId: string; questionSeq: number };

/** The turn under way, for a row that belongs to it. */
const selectRunningTurnId = (sessionId: string) =>
	sql`(select id from ai_turns where session_id = ${sessionId} and state = 'running' limit 1)`;

/**
 * Notes that somebody's data was read for an answer: whose and by which tool, never the data. The same reading
 * for the same question is one, however often a turn is begun again.
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
		// Written again as it was, because only a written row is given back.
		.onConflictDoUpdate({
			target: [assistantActions.sessionId, assistantActions.idempotencyKey],
			set: { idempotencyKey: key },
		})
		.returning({ id: assistantActions.id });
	if (!row) throw new Error("The reading was not written.");
	return { id: row.id, tool, orderNumber };
}

/** What the assistant last did and proposed in a conversation, oldest first. The caller has checked whose it is. */
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
