import { getAgent } from "#app/auth/agent.server.ts";
import { log } from "#app/http/log.server.ts";
import { requireSessionId } from "#app/models/chat-session/find.server.ts";
import { DomainError, Unauthorised } from "#app/models/errors.ts";
import { listInbox, readInboxRows } from "#app/models/inbox.server.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { isDraining } from "#app/realtime/connections.server.ts";
import { waitingLimit } from "#app/realtime/inbox-order.ts";
import { openInboxStream } from "#app/realtime/inbox-stream.server.ts";
import { enterPresence } from "#app/realtime/presence/leases.server.ts";
import type { Party } from "#app/realtime/presence/party.ts";
import type { Sink } from "#app/realtime/sink/sink.ts";
import { createWebSink } from "#app/realtime/sink/web.server.ts";
import { createSseEncoder, SSE_HEADERS } from "#app/realtime/sse.server.ts";
import { openStream } from "#app/realtime/stream.server.ts";
import { readCursor, readPlace, requireStreamAccess } from "./access.server.ts";
import { takePlace } from "./places.server.ts";
import { agentRecheck, closeWhenRefused, type Recheck } from "./recheck.server.ts";

/** Begins to write a stream whose reader has been checked. */
export type OpenOn = (sink: Sink) => void;

/**
 * Checks the request for an event stream and says how to open it: the same behind the Remix route and behind
 * the lane. @throws DomainError
 */
export type PrepareStream = (request: Request) => Promise<OpenOn>;

/** The answer to a HEAD: nobody reads, so no place is taken and nobody is present. */
const headOnly: OpenOn = (sink) => sink.close();

/** `/chat/events`: a conversation, by cookie or bearer token; GET or POST, which changes nothing. */
export const prepareCustomerEvents: PrepareStream = async (request) => {
	refuseWhileEnding();
	const { sessionId, streams, cursor, owner, party, gate } = await requireStreamAccess(request);
	if (request.method === "HEAD") return headOnly;
	return opening({ owner, party, recheck: gate.recheck }, (sink) =>
		openStream({
			sink,
			encode: createSseEncoder(),
			sessionId,
			streams,
			cursor,
			gate,
			readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
		}),
	);
};

/**
 * `/admin/chat/events`: for agents, the list of conversations; with `?sessionId=` one conversation, with what
 * only agents may know of it.
 */
export const prepareAgentEvents: PrepareStream = async (request) => {
	refuseWhileEnding();
	const agent = await getAgent(request);
	if (!agent) throw new Unauthorised("Sign in first.");
	if (request.method === "HEAD") return headOnly;
	const reader = {
		owner: agent.id,
		party: `agent:${agent.id}`,
		recheck: agentRecheck(request, agent.id),
	} as const;
	const { sessionId: wanted, cursor, waiting } = await readPlace(request);
	if (!wanted) {
		const readAll = () => listInbox(waitingLimit(waiting));
		return opening(reader, (sink) =>
			openInboxStream({ sink, encode: createSseEncoder(), readAll, readSome: readInboxRows }),
		);
	}
	const sessionId = await requireSessionId(wanted, { type: "agent", agentId: agent.id, name: agent.name });
	return opening(reader, (sink) =>
		openStream({
			sink,
			encode: createSseEncoder(),
			sessionId,
			streams: ["public", "internal"],
			cursor: readCursor(request, cursor),
			gate: { recheck: reader.recheck },
			readHistory: (upToSeq) => listHistory(sessionId, upToSeq),
		}),
	);
};

/** A prepared stream as the body of a web Response: the portable way. */
export function respondWithStream(openOn: OpenOn): Response {
	const { body, sink } = createWebSink();
	openOn(sink);
	return new Response(body, { headers: SSE_HEADERS });
}

/**
 * Counts the stream for its owner, and its party as present, as long as it is open; logs a failure to open it.
 * @param reader.party null for programs, which are nowhere. @param reader.recheck whether the reader still may read.
 */
export function opening(
	reader: { owner: string; party: Party | null; recheck: Recheck },
	open: (sink: Sink) => Promise<void>,
): OpenOn {
	const giveBack = takePlace(reader.owner);
	return (sink) => {
		const leave = reader.party ? enterPresence(reader.party) : () => {};
		sink.onClose(() => {
			giveBack();
			leave();
		});
		closeWhenRefused(sink, reader.recheck);
		open(sink).catch((error: unknown) => {
			sink.close();
			log.error({ err: error }, "a stream could not be opened");
		});
	};
}

/** @throws DomainError 503: another process takes the reader. */
export function refuseWhileEnding(): void {
	if (isDraining()) throw new DomainError(503, "Ending", "This process is ending. Connect again.");
}
