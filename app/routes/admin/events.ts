import type { LoaderFunctionArgs } from "@remix-run/node";
import { getAgent } from "#app/auth/agent.server.ts";
import { log } from "#app/http/log.server.ts";
import { answering } from "#app/http/respond.server.ts";
import { touchAgent } from "#app/models/agent.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import { getInboxEntries, listInbox } from "#app/models/inbox.server.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { respondWithEvents } from "#app/realtime/event-response.server.ts";
import { openInboxStream } from "#app/realtime/inbox-stream.server.ts";
import { createWebSink } from "#app/realtime/sink/web.server.ts";
import { createSseEncoder, SSE_HEADERS } from "#app/realtime/sse.server.ts";
import { readCursor } from "#app/routes/chat/stream-access.server.ts";

/**
 * GET /admin/chat/events: for agents, the list of conversations; with `?sessionId=` one conversation, with what
 * only agents may know of it.
 */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => {
		const agent = await getAgent(request);
		if (!agent) throw new Unauthorised("Sign in first.");
		await touchAgent(agent.id);
		const { searchParams } = new URL(request.url);
		const sessionId = searchParams.get("sessionId");
		if (sessionId) {
			const { row } = await requireSession(sessionId, { type: "agent", agentId: agent.id, name: agent.name });
			return respondWithEvents({
				sessionId: row.sessionId,
				streams: ["public", "internal"],
				cursor: readCursor(request, searchParams.get("cursor") ?? undefined),
				readHistory: (upToSeq) => listHistory(row.sessionId, upToSeq),
			});
		}
		const { body, sink } = createWebSink();
		openInboxStream({
			sink,
			encode: createSseEncoder(),
			readAll: listInbox,
			readSome: getInboxEntries,
		}).catch((error: unknown) => log.error({ err: error }, "the agents' list could not be opened"));
		return new Response(body, { headers: SSE_HEADERS });
	});
}
