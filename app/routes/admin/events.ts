import type { LoaderFunctionArgs } from "@remix-run/node";
import { answering } from "#app/http/respond.server.ts";
import { prepareAgentEvents, respondWithStream } from "#app/http/streams/events.server.ts";

/** GET /admin/chat/events: what agents hear. The lane answers it first where there is one. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => respondWithStream(await prepareAgentEvents(request)));
}
