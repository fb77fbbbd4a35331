import { getAgent } from "#app/auth/agent.server.ts";
import { requireSessionId } from "#app/models/chat-session/find.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import { listInbox } from "#app/models/inbox.server.ts";
import { listHistory } from "#app/models/message/list.server.ts";
import { onReaderGone } from "#app/realtime/disconnect.server.ts";
import { waitingLimit } from "#app/realtime/inbox-order.ts";
import { catchUpInbox } from "#app/realtime/inbox-poll.server.ts";
import { catchUp } from "#app/realtime/long-poll.server.ts";
import { enterPresence } from "#app/realtime/presence/leases.server.ts";
import { readCursor, readPlace } from "./access.server.ts";
import { takePlace } from "./places.server.ts";
import { agentRecheck } from "./recheck.server.ts";

/**
 * What `/admin/chat/events` would tell, as one answer of JSON: with `?sessionId=` one conversation and what only
 * agents may know of it, else the list.
 * @param waitMs how long to wait for news when there is none. @throws Unauthorised, NotFound, TooMany
 */
export async function pollAsAgent(request: Request, waitMs: number) {
	const agent = await getAgent(request);
	if (!agent) throw new Unauthorised("Sign in first.");
	const { sessionId, cursor, waiting } = await readPlace(request);
	const actor = { type: "agent", agentId: agent.id, name: agent.name } as const;
	const session = sessionId ? await requireSessionId(sessionId, actor) : null;
	if (request.method === "HEAD") return null;
	const recheck = agentRecheck(request, agent.id);
	const giveBack = takePlace(agent.id);
	const leave = enterPresence(`agent:${agent.id}`);
	try {
		if (session === null) {
			const readAll = () => listInbox(waitingLimit(waiting));
			const list = await catchUpInbox({ readAll, cursor, waitMs, onLeave: onReaderGone });
			if (waitMs > 0) await recheck();
			return list;
		}
		const news = await catchUp({
			sessionId: session,
			streams: ["public", "internal"],
			cursor: readCursor(request, cursor),
			readHistory: (upToSeq) => listHistory(session, upToSeq),
			waitMs,
			onLeave: onReaderGone,
		});
		// A poll waits longer than a login may be outlived.
		if (waitMs > 0) await recheck();
		return news;
	} finally {
		giveBack();
		leave();
	}
}
