import type { LoaderFunctionArgs } from "@remix-run/node";
import { answerOrProblem, jsonResponse } from "#app/http/respond.server.ts";
import { pollAsAgent } from "#app/routes/streams/agent-poll.server.ts";

/** GET /admin/chat/sync: the events after the cursor of an agent's page, without waiting. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => jsonResponse(await pollAsAgent(request, 0)));
}
