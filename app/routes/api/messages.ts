import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { requireBearer } from "#app/auth/actor.server.ts";
import { readJson, readQuery } from "#app/http/body.server.ts";
import { senderNetworkKey } from "#app/http/client-address.server.ts";
import { countAgainst, countPost } from "#app/http/rate-limit.server.ts";
import { answerOrProblem, jsonResponse } from "#app/http/respond.server.ts";
import { requireSessionId } from "#app/models/chat-session/find.server.ts";
import { NotFound } from "#app/models/errors.ts";
import { getMessages, listMessages } from "#app/models/message/list.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { markRead, requireMessagePlace } from "#app/models/message/receipts.server.ts";
import { methodNotAllowed } from "./methods.server.ts";
import { messageRange, newMessage, receipt } from "./schemas.ts";

/** GET /api/chat/messages: a page of a session's messages, oldest first. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		const actor = await requireBearer(request);
		const { sessionId, ...range } = readQuery(request, messageRange);
		return jsonResponse(await listMessages(await requireSessionId(sessionId, actor), range));
	});
}

/** POST and PUT /api/chat/messages: writes a message once, or marks messages as read. */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		if (request.method === "POST") return createMessageFromRequest(request);
		if (request.method === "PUT") return markMessagesRead(request);
		return methodNotAllowed("GET, POST, PUT");
	});
}

async function createMessageFromRequest(request: Request): Promise<Response> {
	const actor = await requireBearer(request);
	const { sessionId, ...post } = await readJson(request, newMessage);
	if (actor.type === "customer") await countPost(request, post.message);
	const { message, isNew } = await postMessage(sessionId, actor, {
		...post,
		network: senderNetworkKey(request),
	});
	return jsonResponse(message, { status: isNew ? 201 : 200 });
}

async function markMessagesRead(request: Request): Promise<Response> {
	const actor = await requireBearer(request);
	const input = await readJson(request, receipt);
	if (actor.type === "customer") await countAgainst("notices", actor.identity.visitorId);
	if ("sessionId" in input) {
		return jsonResponse({ messages: await markRead(input.sessionId, actor, input.readUpTo) });
	}
	const place = await requireMessagePlace(input.id, actor);
	await markRead(place.sessionId, actor, place.seq);
	const [message] = await getMessages(place.sessionId, [input.id]);
	if (!message) throw new NotFound("There is no such message.");
	return jsonResponse(message);
}
