import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { answerOrProblem } from "#app/http/respond.server.ts";
import { DomainError } from "#app/models/errors.ts";
import { prepareAgentEvents, respondWithStream } from "#app/routes/streams/events.server.ts";

/**
 * GET /admin/chat/events: the event stream for agents. Where the raw handler is in use, it answers before this route.
 */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => respondWithStream(request, await prepareAgentEvents(request)));
}

/** POST /admin/chat/events: the event streams of the GET route, for networks that hold back the answer to a GET. */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		if (request.method !== "POST") throw new DomainError(405, "Method not allowed", "Use GET or POST.");
		return respondWithStream(request, await prepareAgentEvents(request));
	});
}
