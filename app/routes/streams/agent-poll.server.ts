import { getAgent } from "#app/auth/agent.server.ts";
import { onReaderGone } from "#app/http/exchange.server.ts";
import { requireSessionId } from "#app/models/chat-session/find.server.ts";
import { listInbox } from "#app/models/chat-session/inbox.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { waitingLimit } from "#app/realtime/inbox-order.ts";
import { catchUpInbox } from "#app/realtime/inbox-poll.server.ts";
import { catchUp } from "#app/realtime/long-poll.server.ts";
import { enterPresence } from "#app/realtime/presence/leases.server.ts";
import { readCursor, readStreamQuery } from "./access.server.ts";
import { createAgentRevalidate } from "./revalidate.server.ts";
import { acquireStreamSlot } from "./stream-slots.server.ts";

/**
 * The events of `/admin/chat/events` as one JSON answer: with `?sessionId=` one session with its internal stream,
 * otherwise the inbox.
 * @param waitMs how long to wait (ms) when there are no events.
 * @returns null for a HEAD request.
 * @throws Unauthorised, NotFound, TooMany
 */
export async function pollAsAgent(request: Request, waitMs: number) {
	const agent = await getAgent(request);
	if (!agent) throw new Unauthorised("Sign in first.");
	const { sessionId, cursor, waiting } = await readStreamQuery(request);
	const actor = { type: "agent", agentId: agent.id, name: agent.name } as const;
	const session = sessionId ? await requireSessionId(sessionId, actor) : null;
	if (request.method === "HEAD") return null;
	const revalidate = createAgentRevalidate(request, agent.id);
	const releaseSlot = acquireStreamSlot(request, agent.id);
	const endPresence = enterPresence(`agent:${agent.id}`);
	try {
		if (session === null) {
			const readAll = () => listInbox(waitingLimit(waiting));
			const list = await catchUpInbox({
				readAll,
				cursor,
				waitMs,
				onLeave: (leave) => onReaderGone(request, leave),
			});
			if (waitMs > 0) await revalidate();
			return list;
		}
		const page = await catchUp({
			sessionId: session,
			streams: ["public", "internal"],
			cursor: readCursor(request, cursor),
			readHistory: (upToSeq) => listHistory(session, upToSeq),
			waitMs,
			onLeave: (leave) => onReaderGone(request, leave),
		});
		// The login is checked again before the answer, because a poll may wait longer than an ended login may keep access.
		if (waitMs > 0) await revalidate();
		return page;
	} finally {
		releaseSlot();
		endPresence();
	}
}
