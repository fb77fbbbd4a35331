import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireStreamAccess } from "#app/http/streams/access.server.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { answeringFrame } from "#app/routes/live/answer-frame.server.ts";
import { respondWithTranscript, transcriptHead } from "#app/routes/live/transcript-response.server.tsx";

/** GET /chat/live: the customer's transcript as a page that grows, for browsers without scripts. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answeringFrame(request, async () => {
		const { sessionId, cursor, owner, party, gate } = await requireStreamAccess(request);
		if (request.method === "HEAD") return transcriptHead();
		return respondWithTranscript({
			sessionId,
			streams: ["public"],
			side: "user",
			cursor,
			owner,
			party,
			gate,
			readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
		});
	});
}
