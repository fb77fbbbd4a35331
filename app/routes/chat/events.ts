import type { LoaderFunctionArgs } from "@remix-run/node";
import { answering } from "#app/http/respond.server.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { respondWithEvents } from "#app/realtime/event-response.server.ts";
import { requireStreamAccess } from "./stream-access.server.ts";

/** GET /chat/events: a conversation as Server-Sent Events, by cookie or bearer token. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => {
		const { view, streams, cursor } = await requireStreamAccess(request);
		const { sessionId } = view.row;
		return respondWithEvents({
			sessionId,
			streams,
			cursor,
			readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
		});
	});
}
