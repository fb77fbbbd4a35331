import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireReader } from "#app/auth/actor.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { sessionForCustomer } from "#app/models/chat-session/present.server.ts";
import { getCustomer } from "#app/models/customer/customer.server.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { answerFrameRequest } from "#app/routes/live/frame-request.server.ts";
import {
	respondToTranscriptHead,
	respondWithTranscript,
} from "#app/routes/live/transcript-response.server.tsx";
import { requireStreamAccess } from "#app/routes/streams/access.server.ts";

/** GET /chat/live: the customer's transcript as an HTML page that grows, for browsers without scripts. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answerFrameRequest(request, async () => {
		const { sessionId, cursor, owner, subject, guard } = await requireStreamAccess(request);
		if (request.method === "HEAD") return respondToTranscriptHead();
		const reader = await requireReader(request);
		const customerId = reader.type === "customer" ? reader.identity.customerId : null;
		const customerName = customerId ? ((await getCustomer(customerId))?.name ?? null) : null;
		return respondWithTranscript(request, {
			sessionId,
			streams: ["public"],
			side: "user",
			cursor,
			owner,
			subject,
			guard,
			customerName,
			readSession: async () => sessionForCustomer(await requireSession(sessionId, reader)),
			readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
		});
	});
}
