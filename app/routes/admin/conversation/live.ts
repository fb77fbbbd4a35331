import type { LoaderFunctionArgs } from "@remix-run/node";
import { getAgent } from "#app/auth/agent.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { getCustomer } from "#app/models/customer/customer.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { answerFrameRequest } from "#app/routes/live/frame-request.server.ts";
import {
	respondToTranscriptHead,
	respondWithTranscript,
} from "#app/routes/live/transcript-response.server.tsx";
import { createAgentRevalidate } from "#app/routes/streams/revalidate.server.ts";

/**
 * GET /admin/chat/:sessionId/live: the transcript for agents as an HTML page that grows, for browsers without scripts.
 */
export function loader({ request, params }: LoaderFunctionArgs): Promise<Response> {
	return answerFrameRequest(request, async () => {
		const agent = await getAgent(request);
		// An ended login is answered with 401, because a redirect would show the login page inside the transcript's frame.
		if (!agent) throw new Unauthorised("Sign in first.");
		const actor = { type: "agent", agentId: agent.id, name: agent.name } as const;
		const { row } = await requireSession(params.sessionId ?? "", actor);
		if (request.method === "HEAD") return respondToTranscriptHead();
		const customer = row.userId ? await getCustomer(row.userId) : null;
		return respondWithTranscript(request, {
			sessionId: row.sessionId,
			streams: ["public"],
			side: "agent",
			customerName: customer?.name ?? null,
			cursor: null,
			owner: agent.id,
			subject: `agent:${agent.id}`,
			guard: { revalidate: createAgentRevalidate(request, agent.id) },
			readHistory: (upToSeq) => listHistory(row.sessionId, upToSeq),
		});
	});
}
