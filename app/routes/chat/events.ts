import type { LoaderFunctionArgs } from "@remix-run/node";
import { answering } from "#app/http/respond.server.ts";
import { prepareCustomerEvents, respondWithStream } from "#app/http/streams/events.server.ts";

/** GET /chat/events: a conversation as Server-Sent Events. The lane answers it first where there is one. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => respondWithStream(await prepareCustomerEvents(request)));
}
