import type { ActionFunctionArgs } from "@remix-run/node";
import { encode } from "eventsource-encoder";
import { answerApiMessage, answerLatestQuestion, type OnText } from "#app/ai/api-answer.server.ts";
import { requireBearer } from "#app/auth/actor.server.ts";
import { readJson } from "#app/http/body.server.ts";
import { senderNetworkKey } from "#app/http/client-address.server.ts";
import { untilReaderGone } from "#app/http/exchange.server.ts";
import { countSender } from "#app/http/rate-limit.server.ts";
import { answerOrProblem, jsonResponse, problemBody, toProblem } from "#app/http/respond.server.ts";
import { requireSessionId } from "#app/models/chat-session/find.server.ts";
import { throwIfSenderIsBlocked } from "#app/models/customer/blocked-sender.server.ts";
import { SSE_HEADERS } from "#app/realtime/sse.server.ts";
import { methodNotAllowed } from "./methods.server.ts";
import { question } from "./schemas.ts";

/**
 * POST /api/chat/ai-response: answers a message without storing anything, or answers the last question of a session as
 * a turn. With `Accept: text/event-stream` the answer's text is streamed.
 */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		if (request.method !== "POST") return methodNotAllowed("POST");
		const actor = await requireBearer(request);
		const input = await readJson(request, question);
		await countSender(request, "answers");
		if (actor.type === "customer") await throwIfSenderIsBlocked(actor.identity);
		const customerId = actor.type === "customer" ? actor.identity.customerId : null;
		const network = senderNetworkKey(request);
		const signal = untilReaderGone(request);

		const ask = async (onText: OnText) => {
			if ("message" in input) {
				return answerApiMessage({ ...input, customerId, network, signal }, onText);
			}
			return answerLatestQuestion(input.sessionId, onText, signal);
		};
		if ("sessionId" in input) await requireSessionId(input.sessionId, actor);
		if (request.headers.get("Accept")?.includes("text/event-stream")) return streamAnswer(request, ask);
		return jsonResponse(await ask(() => {}));
	});
}

/** Answers a GET with 405: an answer may cost money, so that opening a link must not request one. */
export const loader = (): Response => methodNotAllowed("POST");

function streamAnswer(request: Request, ask: (onText: OnText) => Promise<unknown>): Response {
	const encoder = new TextEncoder();
	let written = "";
	const body = new ReadableStream<Uint8Array>({
		async start(controller) {
			const send = (event: string, value: unknown) =>
				controller.enqueue(encoder.encode(encode({ event, data: JSON.stringify(value) })));
			try {
				const answer = await ask((piece, at = written.length) => {
					const isRestarted = at < written.length;
					const text = written.slice(0, at) + piece;
					// When the assistant starts its text again, the next event contains the whole text from its start, like a
					// session's live answer.
					send("ai-delta", isRestarted ? { offset: 0, text } : { offset: at, text: piece });
					written = text;
				});
				send("answer", answer);
			} catch (error) {
				send("error", problemBody(toProblem(request, error)));
			}
			controller.close();
		},
	});
	return new Response(body, { headers: SSE_HEADERS });
}
