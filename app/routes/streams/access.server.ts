import { z } from "zod/v4";
import { requireReader } from "#app/auth/actor.server.ts";
import { readForm, readQuery } from "#app/http/body.server.ts";
import { findCurrentSession, requireSessionId } from "#app/models/chat-session/find.server.ts";
import { NotFound } from "#app/models/errors.ts";
import { type Cursor, decodeCursor } from "#app/realtime/cursor.ts";
import type { StreamName } from "#app/realtime/events.ts";
import type { PresenceSubject } from "#app/realtime/presence/subject.ts";
import type { AccessGuard } from "#app/realtime/stream.server.ts";
import { createCustomerGuard, createProgramRevalidate } from "./revalidate.server.ts";

const streamQuery = z.object({
	sessionId: z.string().optional(),
	cursor: z.string().optional(),
	/** For the inbox's stream: the maximum number of queued sessions in the inbox. */
	waiting: z.string().max(20).optional(),
});

/**
 * Reads the session id and the cursor of a stream request, from the query of a GET or from the form of a POST. Both
 * mean the same, because some networks hold back a stream that answers a GET and pass on a stream that answers a POST.
 * @throws Invalid; DomainError 413 or 415 for a body that is not a small form
 */
export const readStreamQuery = (
	request: Request,
): Promise<z.infer<typeof streamQuery>> | z.infer<typeof streamQuery> =>
	request.method === "POST" ? readForm(request, streamQuery) : readQuery(request, streamQuery);

export type StreamAccess = {
	sessionId: string;
	streams: StreamName[];
	cursor: Cursor | null;
	/** The owner for whom this stream is counted, to limit the number of open streams. */
	owner: string;
	/** Who counts as present while the stream is open; null for a program. */
	subject: PresenceSubject | null;
	/** The checks that end the stream when its reader may no longer read. */
	guard: AccessGuard;
};

/**
 * Authorises a request to read a session, over any transport.
 * @returns who reads which session, from which cursor. The Last-Event-ID header, which browsers send when they
 * reconnect, is newer than the cursor in the URL.
 * @throws Unauthorised, NotFound, Invalid
 */
export async function requireStreamAccess(request: Request): Promise<StreamAccess> {
	const { sessionId: requestedId, cursor } = await readStreamQuery(request);
	const reader = await requireReader(request);
	const sessionId = requestedId
		? await requireSessionId(requestedId, reader)
		: reader.type === "customer"
			? (await findCurrentSession(reader.identity))?.row.sessionId
			: null;
	if (!sessionId) throw new NotFound("There is no such conversation.");
	return {
		sessionId,
		guard:
			reader.type === "customer"
				? createCustomerGuard(sessionId, reader.identity)
				: { revalidate: createProgramRevalidate(request) },
		streams: reader.type === "customer" ? ["public"] : ["public", "internal"],
		cursor: readCursor(request, cursor),
		owner: reader.type === "customer" ? reader.identity.visitorId : `key ${sessionId}`,
		subject: reader.type === "customer" ? `customer:${sessionId}` : null,
	};
}

/**
 * Reads the cursor of a request. Text that is not a cursor counts as a cursor of another epoch, so the reader starts
 * again from the newest messages.
 */
export function readCursor(request: Request, fromQuery: string | undefined): Cursor | null {
	const text = request.headers.get("Last-Event-ID") || fromQuery;
	if (!text) return null;
	return decodeCursor(text) ?? { epoch: "", public: 0, internal: null };
}
