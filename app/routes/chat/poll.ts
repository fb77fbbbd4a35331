import type { LoaderFunctionArgs } from "@remix-run/node";
import { onReaderGone } from "#app/http/exchange.server.ts";
import { answerOrProblem, jsonResponse } from "#app/http/respond.server.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { catchUp, POLL_WAIT_MS } from "#app/realtime/long-poll.server.ts";
import { enterPresence } from "#app/realtime/presence/leases.server.ts";
import { requireStreamAccess } from "#app/routes/streams/access.server.ts";
import { acquireStreamSlot } from "#app/routes/streams/stream-slots.server.ts";

/**
 * GET /chat/poll: the customer's events for networks that hold streams back; the request waits up to 25 s for new
 * events.
 */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		const { sessionId, streams, cursor, owner, subject, guard } = await requireStreamAccess(request);
		// A HEAD response has no body, so the request does not wait for events.
		if (request.method === "HEAD") return jsonResponse(null);
		const giveBack = acquireStreamSlot(request, owner);
		const leave = subject ? enterPresence(subject) : () => {};
		try {
			const answer = await catchUp({
				sessionId,
				streams,
				cursor,
				readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
				waitMs: POLL_WAIT_MS,
				onLeave: (leave) => onReaderGone(request, leave),
			});
			// The reader may have lost access while the poll waited, so access is checked again before events are returned.
			await guard.revalidate();
			return jsonResponse(answer);
		} finally {
			giveBack();
			leave();
		}
	});
}
