import { sql } from "drizzle-orm";
import { requireSessionId } from "#app/models/chat-session/find.server.ts";
import type { Actor } from "#app/models/chat-session/scope.server.ts";
import { NotFound } from "#app/models/errors.ts";
import { db } from "#db/client.server.ts";

/**
 * Stores whether an answer of the assistant helped the customer. The assistant learns nothing from it; the owner sees
 * the counts. Each answer has at most one feedback: a repeated one replaces it.
 * @throws NotFound when the session has no such answer, or belongs to somebody else.
 */
export async function recordFeedback(
	id: string,
	actor: Actor,
	{ messageId, isHelpful }: { messageId: string; isHelpful: boolean },
): Promise<void> {
	const sessionId = await requireSessionId(id, actor);
	const updated = await db.execute(sql`
		update ai_turns set outcome = outcome || jsonb_build_object('isHelpful', ${isHelpful}::boolean)
		where session_id = ${sessionId} and message_id = ${messageId} and state = 'done' and outcome is not null
		returning 1`);
	if (updated.length === 0) throw new NotFound("There is no such answer in this conversation.");
}

/** Statistics: how many answers of the last days customers called helpful, and how many not. */
export async function countFeedback(days: number): Promise<{ helpful: number; unhelpful: number }> {
	const [row] = await db.execute<{ helpful: number; unhelpful: number }>(sql`
		select (count(*) filter (where (outcome->>'isHelpful')::boolean))::int as helpful,
			(count(*) filter (where not (outcome->>'isHelpful')::boolean))::int as unhelpful
		from ai_turns
		where state = 'done' and finished_at > now() - ${days} * interval '1 day'`);
	return row ?? { helpful: 0, unhelpful: 0 };
}
