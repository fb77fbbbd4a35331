import type { LoaderFunctionArgs } from "@remix-run/node";
import { answering } from "#app/http/respond.server.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { respondWithTranscript } from "#app/routes/live/transcript-response.server.tsx";
import { requireStreamAccess } from "./stream-access.server.ts";

/** GET /chat/live: the customer's transcript as a page that grows, for browsers without scripts. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => {
		const { view, cursor } = await requireStreamAccess(request);
		const { sessionId } = view.row;
		return respondWithTranscript({
			sessionId,
			streams: ["public"],
			side: "user",
			cursor,
			readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
		});
	});
}
