import type { LoaderFunctionArgs } from "@remix-run/node";
import { answerOrProblem, jsonResponse } from "#app/http/respond.server.ts";
import { POLL_WAIT_MS } from "#app/realtime/long-poll.server.ts";
import { pollAsAgent } from "#app/routes/streams/agent-poll.server.ts";

/**
 * GET /admin/chat/poll: the agents' events for networks that hold streams back; the request waits up to 25 s for new
 * events.
 */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => jsonResponse(await pollAsAgent(request, POLL_WAIT_MS)));
}
