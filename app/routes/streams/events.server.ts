import { getAgent } from "#app/auth/agent.server.ts";
import { findResponse, type WithHeaders } from "#app/http/exchange.server.ts";
import { log } from "#app/http/log.server.ts";
import type { PrepareStream, StartStream } from "#app/http/raw-handler/raw-handler.server.ts";
import { requireSessionId } from "#app/models/chat-session/find.server.ts";
import { listInbox, readInboxRows } from "#app/models/chat-session/inbox.server.ts";
import { DomainError, Unauthorised } from "#app/models/errors.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { isDraining } from "#app/realtime/connections.server.ts";
import { waitingLimit } from "#app/realtime/inbox-order.ts";
import { openInboxStream } from "#app/realtime/inbox-stream.server.ts";
import { enterPresence } from "#app/realtime/presence/leases.server.ts";
import type { PresenceSubject } from "#app/realtime/presence/subject.ts";
import type { Sink } from "#app/realtime/sink/sink.ts";
import { createWebSink } from "#app/realtime/sink/web.server.ts";
import { createSseEncoder, SSE_HEADERS } from "#app/realtime/sse.server.ts";
import { openStream } from "#app/realtime/stream.server.ts";
import { readCursor, readStreamQuery, requireStreamAccess } from "./access.server.ts";
import { closeWhenAccessEnds, createAgentRevalidate, type Revalidate } from "./revalidate.server.ts";
import { acquireStreamSlot } from "./stream-slots.server.ts";

/** Answers a HEAD request: the stream closes at once, no stream slot is acquired, and nobody counts as present. */
const closeAtOnce: StartStream = (sink) => sink.close();

/**
 * `/chat/events`: the event stream of a session, for a cookie or a bearer token. A POST changes nothing, like a GET.
 */
export const prepareCustomerEvents: PrepareStream = async (request) => {
	refuseWhileDraining();
	const { sessionId, streams, cursor, owner, subject, guard } = await requireStreamAccess(request);
	if (request.method === "HEAD") return closeAtOnce;
	return createStreamStarter(request, { owner, subject, revalidate: guard.revalidate }, (sink) =>
		openStream({
			sink,
			encode: createSseEncoder(),
			sessionId,
			streams,
			cursor,
			guard,
			readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
		}),
	);
};

/**
 * `/admin/chat/events` for agents: the event stream of the inbox, or with `?sessionId=` of one session with its
 * internal stream.
 */
export const prepareAgentEvents: PrepareStream = async (request) => {
	refuseWhileDraining();
	const agent = await getAgent(request);
	if (!agent) throw new Unauthorised("Sign in first.");
	if (request.method === "HEAD") return closeAtOnce;
	const reader = {
		owner: agent.id,
		subject: `agent:${agent.id}`,
		revalidate: createAgentRevalidate(request, agent.id),
	} as const;
	const { sessionId: requestedId, cursor, waiting } = await readStreamQuery(request);
	if (!requestedId) {
		const readAll = () => listInbox(waitingLimit(waiting));
		return createStreamStarter(request, reader, (sink) =>
			openInboxStream({ sink, encode: createSseEncoder(), readAll, readSome: readInboxRows }),
		);
	}
	const sessionId = await requireSessionId(requestedId, {
		type: "agent",
		agentId: agent.id,
		name: agent.name,
	});
	return createStreamStarter(request, reader, (sink) =>
		openStream({
			sink,
			encode: createSseEncoder(),
			sessionId,
			streams: ["public", "internal"],
			cursor: readCursor(request, cursor),
			guard: { revalidate: reader.revalidate },
			readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
		}),
	);
};

/** A prepared event stream as the body of a web Response, which works on any server. */
export function respondWithStream(request: WithHeaders, start: StartStream): Response {
	const { body, sink } = createWebSink(findResponse(request));
	start(sink);
	return new Response(body, { headers: SSE_HEADERS });
}

/**
 * Acquires a stream slot. The returned function starts the stream, registers the presence subject while the stream is
 * open, revalidates the reader, and logs an error that prevents the start.
 * @param reader.subject null for programs, which have no presence.
 * @throws TooMany when the owner or the network address has no free slot
 */
export function createStreamStarter(
	request: WithHeaders,
	reader: { owner: string; subject: PresenceSubject | null; revalidate: Revalidate },
	open: (sink: Sink) => Promise<void>,
): StartStream {
	const releaseSlot = acquireStreamSlot(request, reader.owner);
	return (sink) => {
		const endPresence = reader.subject ? enterPresence(reader.subject) : () => {};
		sink.onClose(() => {
			releaseSlot();
			endPresence();
		});
		closeWhenAccessEnds(sink, reader.revalidate);
		open(sink).catch((error: unknown) => {
			sink.close();
			log.error({ err: error }, "a stream could not be opened");
		});
	};
}

/** Refuses new streams while this process shuts down; another process serves the client. @throws DomainError 503 */
export function refuseWhileDraining(): void {
	if (isDraining()) throw new DomainError(503, "Ending", "This process is ending. Connect again.");
}
