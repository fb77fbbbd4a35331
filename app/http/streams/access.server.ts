import { z } from "zod/v4";
import { requireReader } from "#app/auth/actor.server.ts";
import { readForm, readQuery } from "#app/http/body.server.ts";
import { findCurrentSession, requireSessionId } from "#app/models/chat-session/find.server.ts";
import { NotFound } from "#app/models/errors.ts";
import { type Cursor, decodeCursor } from "#app/realtime/cursor.ts";
import type { StreamName } from "#app/realtime/events.ts";
import type { Party } from "#app/realtime/presence/party.ts";
import type { Gate } from "#app/realtime/stream.server.ts";
import { customerGate, programRecheck } from "./recheck.server.ts";

const place = z.object({
	sessionId: z.string().optional(),
	cursor: z.string().optional(),
	/** Of the agents' list: how many waiting customers it shows. */
	waiting: z.string().max(20).optional(),
});

/**
 * The session and the cursor a reader asks for: in the address, or in the form of a POST. Some networks hold
 * back a stream that answers a GET and pass on the same one that answers a POST, so both mean the same.
 * @throws Invalid, and DomainError 413 or 415 for a body that is no small form
 */
export const readPlace = (request: Request): Promise<z.infer<typeof place>> | z.infer<typeof place> =>
	request.method === "POST" ? readForm(request, place) : readQuery(request, place);

export type StreamAccess = {
	sessionId: string;
	streams: StreamName[];
	cursor: Cursor | null;
	/** Whom this stream is counted for, so that nobody opens without end. */
	owner: string;
	/** Who is there while it is open; null for a program. */
	party: Party | null;
	/** Keeps what is read to this reader, for as long as it is being read. */
	gate: Gate;
};

/**
 * What every way of reading a conversation begins with: who asks, for which session, from where.
 * Last-Event-ID, which browsers send when they reconnect, is newer than the address they were given.
 * @throws Unauthorised, NotFound, Invalid
 */
export async function requireStreamAccess(request: Request): Promise<StreamAccess> {
	const { sessionId: wanted, cursor } = await readPlace(request);
	const reader = await requireReader(request);
	const sessionId = wanted
		? await requireSessionId(wanted, reader)
		: reader.type === "customer"
			? (await findCurrentSession(reader.identity))?.row.sessionId
			: null;
	if (!sessionId) throw new NotFound("There is no such conversation.");
	return {
		sessionId,
		gate:
			reader.type === "customer"
				? customerGate(sessionId, reader.identity)
				: { recheck: programRecheck(request) },
		streams: reader.type === "customer" ? ["public"] : ["public", "internal"],
		cursor: readCursor(request, cursor),
		owner: reader.type === "customer" ? reader.identity.visitorId : `key ${sessionId}`,
		party: reader.type === "customer" ? `customer:${sessionId}` : null,
	};
}

/** Where a reader says it stands. A text that is no cursor of ours counts as one of another life: it is reset. */
export function readCursor(request: Request, fromQuery: string | undefined): Cursor | null {
	const text = request.headers.get("Last-Event-ID") || fromQuery;
	if (!text) return null;
	return decodeCursor(text) ?? { epoch: "", public: 0, internal: null };
}
