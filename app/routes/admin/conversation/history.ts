import type { LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod/v4";
import { getAgent } from "#app/auth/agent.server.ts";
import { readQuery } from "#app/http/body.server.ts";
import { answerOrProblem, jsonResponse } from "#app/http/respond.server.ts";
import { requireSessionId } from "#app/models/chat-session/find.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import { listMessages } from "#app/models/message/list.server.ts";
import { HISTORY_LIMIT } from "#app/realtime/events.ts";

const query = z.object({ before: z.coerce.number().int().min(1).max(2_147_483_647) });

/**
 * GET /admin/chat/:sessionId/history: a page of the messages before a sequence, for the link "Show earlier messages".
 */
export function loader({ request, params }: LoaderFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		const agent = await getAgent(request);
		if (!agent) throw new Unauthorised("Sign in first.");
		const actor = { type: "agent", agentId: agent.id, name: agent.name } as const;
		const id = await requireSessionId(params.sessionId ?? "", actor);
		const { before } = readQuery(request, query);
		return jsonResponse(await listMessages(id, { before, limit: HISTORY_LIMIT }));
	});
}
