import type { LoaderFunctionArgs } from "@remix-run/node";
import { answering, jsonResponse } from "#app/http/respond.server.ts";
import { pollAsAgent } from "#app/routes/streams/agent-poll.server.ts";

/** GET /admin/chat/sync: what followed a cursor of an agent's page, at once. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => jsonResponse(await pollAsAgent(request, 0)));
}
