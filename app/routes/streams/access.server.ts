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
	/** For the inbox: how many waiting customers it shows. */
	waiting: z.string().max(20).optional(),
});

/**
 * Reads the requested session and cursor from the query, or from the form of a POST. Some networks hold back a stream
 * that answers a GET and pass on the same one that answers a POST, so both mean the same.
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
	/** Whom this stream is counted for, to limit open streams. */
	owner: string;
	/** Who is present while it is open; null for a program. */
	subject: PresenceSubject | null;
	/** Ends the stream when this reader may no longer read. */
	guard: AccessGuard;
};

/**
 * Authorises a request to read a session, whatever the transport: who reads which session from which cursor.
 * Last-Event-ID, which browsers send when they reconnect, is newer than the cursor in the URL.
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

/** The cursor of a request. Text that is not a cursor counts as one of another epoch, so the reader gets a reset. */
export function readCursor(request: Request, fromQuery: string | undefined): Cursor | null {
	const text = request.headers.get("Last-Event-ID") || fromQuery;
	if (!text) return null;
	return decodeCursor(text) ?? { epoch: "", public: 0, internal: null };
}
