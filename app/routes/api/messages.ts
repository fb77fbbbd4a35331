import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod/v4";
import { requireBearer } from "#app/auth/actor.server.ts";
import { readJson, readQuery } from "#app/http/body.server.ts";
import { answering, jsonResponse } from "#app/http/respond.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { NotFound } from "#app/models/errors.ts";
import { getMessages, listMessages } from "#app/models/message/list.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { markRead, requireMessagePlace } from "#app/models/message/receipts.server.ts";
import { clientMessageId, messageText } from "#app/models/message/text.ts";
import { HISTORY_LIMIT } from "#app/realtime/events.ts";
import { methodNotAllowed } from "./methods.server.ts";

/** Enough for a program's own marks on a message; files have their own way. */
const METADATA_LIMIT = 4_000;

const newMessage = z.object({
	sessionId: z.string(),
	message: messageText,
	messageType: z.enum(["text"]).default("text"),
	clientMessageId: clientMessageId.optional(),
	metadata: z
		.record(z.string(), z.json())
		.refine((value) => JSON.stringify(value).length <= METADATA_LIMIT, { error: "At most 4,000 characters of JSON." })
		.refine((value) => !JSON.stringify(value).includes("\\u0000"), { error: "NUL cannot be stored." })
		.optional(),
});

const seq = z.coerce.number().int().min(0).max(2_147_483_647);
const page = z.object({
	sessionId: z.string(),
	before: seq.optional(),
	after: seq.optional(),
	limit: z.coerce.number().int().min(1).max(100).default(HISTORY_LIMIT),
});

const receipt = z.union([
	z.object({ sessionId: z.string(), readUpTo: z.number().int().min(0).max(2_147_483_647) }),
	z.object({ id: z.uuid(), isRead: z.literal(true) }),
]);

/** GET /api/chat/messages: a page of a conversation, oldest first. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => {
		const actor = await requireBearer(request);
		const { sessionId, ...range } = readQuery(request, page);
		const { row } = await requireSession(sessionId, actor);
		return jsonResponse(await listMessages(row.sessionId, range));
	});
}

/** POST and PUT /api/chat/messages: writes a message once, or marks messages read. */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answering(async () => {
		if (request.method === "POST") return create(request);
		if (request.method === "PUT") return update(request);
		return methodNotAllowed("GET, POST, PUT");
	});
}

async function create(request: Request): Promise<Response> {
	const actor = await requireBearer(request);
	const { sessionId, ...post } = await readJson(request, newMessage);
	// Sources and notices on a message are ours to say: a program's own marks stand under its own word.
	const metadata = post.metadata ? { custom: post.metadata } : {};
	const { message, isNew } = await postMessage(sessionId, actor, { ...post, metadata });
	return jsonResponse(message, { status: isNew ? 201 : 200 });
}

async function update(request: Request): Promise<Response> {
	const actor = await requireBearer(request);
	const input = await readJson(request, receipt);
	if ("sessionId" in input) {
		return jsonResponse({ messages: await markRead(input.sessionId, actor, input.readUpTo) });
	}
	const place = await requireMessagePlace(input.id);
	await requireSession(place.sessionId, actor);
	await markRead(place.sessionId, actor, place.seq);
	const [message] = await getMessages(place.sessionId, [input.id]);
	if (!message) throw new NotFound("There is no such message.");
	return jsonResponse(message);
}
