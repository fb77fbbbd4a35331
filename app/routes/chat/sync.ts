import type { LoaderFunctionArgs } from "@remix-run/node";
import { onReaderGone } from "#app/http/exchange.server.ts";
import { answerOrProblem, jsonResponse } from "#app/http/respond.server.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { catchUp } from "#app/realtime/long-poll.server.ts";
import { enterPresence } from "#app/realtime/presence/leases.server.ts";
import { requireStreamAccess } from "#app/routes/streams/access.server.ts";

/** GET /chat/sync: the events after a cursor, without waiting. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		const { sessionId, streams, cursor, subject, guard } = await requireStreamAccess(request);
		if (request.method === "HEAD") return jsonResponse(null);
		// A page that uses short polling counts as present between two requests too.
		if (subject) enterPresence(subject)();
		const answer = await catchUp({
			sessionId,
			streams,
			cursor,
			readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
			waitMs: 0,
			onLeave: (leave) => onReaderGone(request, leave),
		});
		// The reader's access is checked again before the events are returned.
		await guard.revalidate();
		return jsonResponse(answer);
	});
}
