import type { LoaderFunctionArgs } from "@remix-run/node";
import { getAgent } from "#app/auth/agent.server.ts";
import { answering, jsonResponse } from "#app/http/respond.server.ts";
import { readCursor } from "#app/http/streams/access.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import { listHistory, listMessages } from "#app/models/message/list.server.ts";
import { HISTORY_LIMIT } from "#app/realtime/events.ts";
import { catchUp } from "#app/realtime/long-poll.server.ts";

/**
 * GET /admin/chat/:sessionId/sync: what followed `?cursor=`, for an agent's page that found a hole; with
 * `?before=` the older page of messages instead.
 */
export function loader({ request, params }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => {
		const agent = await getAgent(request);
		if (!agent) throw new Unauthorised("Sign in first.");
		const actor = { type: "agent", agentId: agent.id, name: agent.name } as const;
		const { row } = await requireSession(params.sessionId ?? "", actor);
		const { searchParams } = new URL(request.url);
		const before = Number(searchParams.get("before"));
		if (Number.isInteger(before) && before > 0) {
			return jsonResponse(await listMessages(row.sessionId, { before, limit: HISTORY_LIMIT }));
		}
		return jsonResponse(
			await catchUp({
				sessionId: row.sessionId,
				streams: ["public", "internal"],
				cursor: readCursor(request, searchParams.get("cursor") ?? undefined),
				readHistory: (upToSeq) => listHistory(row.sessionId, upToSeq),
				waitMs: 0,
			}),
		);
	});
}
