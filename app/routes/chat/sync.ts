import type { LoaderFunctionArgs } from "@remix-run/node";
import { answering, jsonResponse } from "#app/http/respond.server.ts";
import { requireStreamAccess } from "#app/http/streams/access.server.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { onReaderGone } from "#app/realtime/disconnect.server.ts";
import { catchUp } from "#app/realtime/long-poll.server.ts";

/** GET /chat/sync: what followed a cursor, at once. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => {
		const { view, streams, cursor } = await requireStreamAccess(request);
		const { sessionId } = view.row;
		return jsonResponse(
			await catchUp({
				sessionId,
				streams,
				cursor,
				readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
				waitMs: 0,
				onLeave: onReaderGone,
			}),
		);
	});
}
