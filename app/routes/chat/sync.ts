import type { LoaderFunctionArgs } from "@remix-run/node";
import { answering, jsonResponse } from "#app/http/respond.server.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { onReaderGone } from "#app/realtime/disconnect.server.ts";
import { catchUp } from "#app/realtime/long-poll.server.ts";
import { enterPresence } from "#app/realtime/presence/leases.server.ts";
import { requireStreamAccess } from "#app/routes/streams/access.server.ts";

/** GET /chat/sync: what followed a cursor, at once. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => {
		const { sessionId, streams, cursor, subject, guard } = await requireStreamAccess(request);
		if (request.method === "HEAD") return jsonResponse(null);
		// Who asks every few seconds is there between two questions as well.
		if (subject) enterPresence(subject)();
		const news = await catchUp({
			sessionId,
			streams,
			cursor,
			readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
			waitMs: 0,
			onLeave: onReaderGone,
		});
		// As for a poll: what was read is known to have been the reader's only when they may still read it.
		await guard.revalidate();
		return jsonResponse(news);
	});
}
