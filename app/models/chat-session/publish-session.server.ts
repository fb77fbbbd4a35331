import { eq } from "drizzle-orm";
import { Conflict } from "#app/models/errors.ts";
import type { Session } from "#app/realtime/events.ts";
import { type EventTransaction, publish } from "#app/realtime/publish.server.ts";
import { chatSessions } from "#db/schema.ts";
import { type SessionRow, selectSessions, sessionForAgent, sessionForCustomer } from "./present.server.ts";

/** Publishes the present state of a session on both of its streams, in the transaction that changed the session. */
export async function publishSession(tx: EventTransaction, sessionId: string): Promise<Session> {
	for (const stream of ["internal", "public"] as const) {
		await publish(tx, {
			sessionId,
			stream,
			type: "session-updated",
			data: await sessionEventData(tx, sessionId, stream),
		});
	}
	return readSession(tx, sessionId);
}

/** The data of a session event, as readers of the given stream may see it. */
export async function sessionEventData(
	tx: EventTransaction,
	sessionId: string,
	stream: "public" | "internal",
) {
	const [view] = await selectSessions(tx).where(eq(chatSessions.sessionId, sessionId));
	if (!view) throw new Error("The session is gone.");
	const session = stream === "public" ? sessionForCustomer(view) : sessionForAgent(view);
	return (position: { stream: "public" | "internal"; seq: number }) => ({
		...position,
		session: stream === "public" ? { ...session, lastSeq: position.seq } : session,
	});
}

/** Reads a session in the form that agents see. */
export async function readSession(tx: EventTransaction, sessionId: string): Promise<Session> {
	const [view] = await selectSessions(tx).where(eq(chatSessions.sessionId, sessionId));
	if (!view) throw new Error("The session is gone.");
	return sessionForAgent(view);
}

/** @throws Conflict when the session has ended. */
export function requireNotEnded(row: SessionRow): void {
	if (!row.isActive) throw new Conflict("This conversation has ended. Start a new one to go on.");
}
