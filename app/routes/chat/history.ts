import type { LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod/v4";
import { requireReader } from "#app/auth/actor.server.ts";
import { readQuery } from "#app/http/body.server.ts";
import { answerOrProblem, jsonResponse } from "#app/http/respond.server.ts";
import { requireSessionId } from "#app/models/chat-session/find.server.ts";
import { listMessages } from "#app/models/message/list.server.ts";
import { HISTORY_LIMIT } from "#app/realtime/events.ts";

const query = z.object({ sessionId: z.string(), before: z.coerce.number().int().min(1) });

/** GET /chat/history: a page of the messages before a sequence, for the link "Show earlier messages". */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		const { sessionId, before } = readQuery(request, query);
		const id = await requireSessionId(sessionId, await requireReader(request));
		return jsonResponse(await listMessages(id, { before, limit: HISTORY_LIMIT }));
	});
}
